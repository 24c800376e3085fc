//! Writes the table that `table/dfa.rs` runs and describes.

use super::Automaton;
use super::error::TooBig;
use crate::engine::table::dfa::{DEAD, HEADER};
use alloc::vec;
use alloc::vec::Vec;

/// The largest table that a policy's regexes may have, in bytes.
pub(crate) const LIMIT: usize = 64 * 1024;

impl Automaton {
    /// How large the table is, in bytes.
    pub(crate) fn table_len(&self) -> usize {
        HEADER + 2 * self.stride * (self.accepting.len() - 1)
    }

    /// The table, if it is within its [`LIMIT`], under which its numbers fit.
    pub(crate) fn table(&self) -> Result<Vec<u8>, TooBig> {
        if self.table_len() > LIMIT {
            return Err(TooBig::Table(self.table_len()));
        }
        let order = self.accepting_first();
        let mut index = vec![DEAD; self.accepting.len()];
        for (row, &state) in order.iter().enumerate() {
            index[state as usize] = (row * self.stride) as u16;
        }
        let accepting = self.accepting.iter().filter(|&&accepting| accepting).count();
        let mut table = Vec::with_capacity(self.table_len());
        let mut push = |number: u16| table.extend(number.to_le_bytes());
        push(index[self.start as usize]);
        push((accepting * self.stride) as u16);
        push((order.len() * self.stride) as u16);
        table.extend(self.classes);
        for &state in &order {
            for class in 0..self.stride {
                table.extend(index[self.step(state, class) as usize].to_le_bytes());
            }
        }
        Ok(table)
    }

    /// Every state but the dead one, those that accept before those that do not.
    fn accepting_first(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (1..self.accepting.len() as u32).collect();
        order.sort_by_key(|&state| !self.is_accepting(state));
        order
    }
}
