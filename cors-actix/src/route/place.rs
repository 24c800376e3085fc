//! Finds the places of the routes in the map of the app.
//!
//! Actix registers services in the order in which its map has them, from the outside in. So the routes, in the order of their
//! registration, are among the map's resources in the same order, each with its own pattern and name. Where only one resource can
//! be a route, its place is known. A resource without `#[cors]` that has the same pattern and name may leave several:
//!
//! ```text
//!   the map                           the routes
//!   /v1   /tasks  "list"              /tasks  "list"      either of the two, unless it was registered
//!   /v2   /tasks  "list"                                  right behind a mark
//! ```

use std::rc::Rc;

use crate::route::map::Node;
use crate::route::registry::Route;

/// What a resource of the map is.
pub(crate) enum Place {
    /// A resource without `#[cors]`, or perhaps one of these routes.
    Plain(Vec<Rc<Route>>),
    Route(Rc<Route>),
}

/// What is known of a resource and of a route to tell whether they are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Looks<'n> {
    /// The mark right in front of it.
    mark: Option<u64>,
    pattern: &'n str,
    name: &'n str,
}

/// What each resource of the map is, in the map's order without its marks and scopes, and the routes that were not found.
pub(crate) fn places(map: &[Node], routes: &[Rc<Route>]) -> (Vec<Place>, Vec<Rc<Route>>) {
    let mut resources = Vec::new();
    each_resource(map, &mut resources);
    let wanted: Vec<_> = routes
        .iter()
        .map(|route| Looks { mark: route.mark, pattern: &route.pattern, name: route.name })
        .collect();
    let found = find(&resources, &wanted);
    let mut places: Vec<_> = resources.iter().map(|_| Place::Plain(Vec::new())).collect();
    let mut lost = Vec::new();
    for ((route, looks), found) in routes.iter().zip(&wanted).zip(found) {
        match found {
            None => lost.push(Rc::clone(route)),
            Some((first, last)) if first == last => places[first] = Place::Route(Rc::clone(route)),
            Some((first, last)) => {
                for (place, resource) in places[first..=last].iter_mut().zip(&resources[first..=last]) {
                    if let Place::Plain(perhaps) = place
                        && resource.as_ref() == Some(looks)
                    {
                        perhaps.push(Rc::clone(route));
                    }
                }
            }
        }
    }
    (places, lost)
}

/// The looks of each resource, or `None` for one that cannot be a route.
fn each_resource<'n>(nodes: &'n [Node], resources: &mut Vec<Option<Looks<'n>>>) {
    let mut mark = None;
    for node in nodes {
        let number = node.mark();
        if number.is_some() {
            mark = number;
            continue;
        }
        let mark = mark.take();
        match (&node.inside, node.patterns.as_slice(), node.name.as_deref()) {
            (Some(inside), _, _) => each_resource(inside, resources),
            (None, [pattern], Some(name)) => resources.push(Some(Looks { mark, pattern, name })),
            (None, _, _) => resources.push(None),
        }
    }
}

/// The first and the last resource that each route can be, if the others are to have places, too.
fn find(resources: &[Option<Looks<'_>>], routes: &[Looks<'_>]) -> Vec<Option<(usize, usize)>> {
    let fits = |at: usize, route: &Looks<'_>| resources[at].as_ref() == Some(route);
    let mut next = 0;
    let firsts: Vec<_> = routes
        .iter()
        .map(|route| {
            let first = (next..resources.len()).find(|at| fits(*at, route))?;
            next = first + 1;
            Some(first)
        })
        .collect();
    let mut end = resources.len();
    let mut found = vec![None; routes.len()];
    for (number, route) in routes.iter().enumerate().rev() {
        let Some(first) = firsts[number] else { continue };
        let last =
            (first..end).rfind(|at| fits(*at, route)).expect("the first one is before all later ones' last");
        end = last;
        found[number] = Some((first, last));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 3] = ["a", "b", "c"];

    fn looks(name: &'static str) -> Looks<'static> {
        Looks { mark: None, pattern: "/", name }
    }

    /// Every way to find the routes among the resources, in their order.
    fn every_way(resources: &[Option<Looks<'_>>], routes: &[Looks<'_>], from: usize) -> Vec<Vec<usize>> {
        let Some((route, rest)) = routes.split_first() else { return vec![vec![]] };
        (from..resources.len())
            .filter(|at| resources[*at].as_ref() == Some(route))
            .flat_map(|at| {
                every_way(resources, rest, at + 1).into_iter().map(move |mut way| {
                    way.insert(0, at);
                    way
                })
            })
            .collect()
    }

    proptest! {
        #[test]
        fn a_place_is_known_where_there_is_one_way(
            resources in prop::collection::vec((prop::sample::select(&NAMES[..]), any::<bool>()), 0..9),
        ) {
            let routes: Vec<_> = resources.iter().filter(|(_, is_route)| *is_route).map(|(name, _)| looks(name)).collect();
            let resources: Vec<_> = resources.iter().map(|(name, _)| Some(looks(name))).collect();
            let ways = every_way(&resources, &routes, 0);
            for (number, found) in find(&resources, &routes).into_iter().enumerate() {
                let places = || ways.iter().map(|way| way[number]);
                prop_assert_eq!(found, Some((places().min().unwrap(), places().max().unwrap())));
            }
        }
    }

    #[test]
    fn a_route_that_is_not_there_is_lost() {
        assert_eq!(find(&[Some(looks("a"))], &[looks("b"), looks("a")]), [None, Some((0, 0))]);
        assert_eq!(find(&[None], &[looks("a")]), [None]);
    }

    #[test]
    fn a_mark_tells_routes_apart() {
        let marked = Looks { mark: Some(1), ..looks("a") };
        assert_eq!(find(&[Some(looks("a")), Some(marked)], &[marked]), [Some((1, 1))]);
        assert_eq!(find(&[Some(looks("a")), Some(marked)], &[looks("a")]), [Some((0, 0))]);
    }
}
