//! Smaller cases that still fail.

use crate::app::{App, Guard, Item, Layer};
use crate::check::{Case, Violation, check};
use crate::request::Fail;

/// The smallest case that is found to violate the same property, and how.
pub async fn shrink(case: &Case, violation: Violation) -> (Case, Violation) {
    let (mut case, mut violation) = (case.clone(), violation);
    'again: loop {
        for smaller in smaller(&case) {
            if let Err(found) = check(&smaller).await
                && found.property == violation.property
            {
                (case, violation) = (smaller, *found);
                continue 'again;
            }
        }
        return (case, violation);
    }
}

fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    for at in 0..case.requests.len() {
        let mut smaller = case.clone();
        smaller.requests.remove(at);
        all.push(smaller);
    }
    for app in smaller_apps(&case.app) {
        all.push(Case { app, ..case.clone() });
    }
    for (at, request) in case.requests.iter().enumerate() {
        let mut simpler = Vec::new();
        simpler.extend((request.fail != Fail::No).then(|| {
            let mut request = request.clone();
            request.fail = Fail::No;
            request
        }));
        simpler.extend(request.upgrade.then(|| {
            let mut request = request.clone();
            request.upgrade = false;
            request
        }));
        simpler.extend(request.german.then(|| {
            let mut request = request.clone();
            request.german = false;
            request
        }));
        for request in simpler {
            let mut smaller = case.clone();
            smaller.requests[at] = request;
            all.push(smaller);
        }
    }
    all
}

fn smaller_apps(app: &App) -> Vec<App> {
    let mut all = Vec::new();
    all.extend(app.default.is_some().then(|| App { default: None, ..app.clone() }));
    all.extend(smaller_layers(&app.layers).into_iter().map(|layers| App { layers, ..app.clone() }));
    all.extend(smaller_items(&app.items).into_iter().map(|items| App { items, ..app.clone() }));
    all
}

fn smaller_layers(layers: &[Layer]) -> Vec<Vec<Layer>> {
    let mut all = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let mut without = layers.to_vec();
        without.remove(at);
        all.push(without);
        if let Layer::Cors(cors) = layer
            && (cors.enforce || cors.unguarded_upgrades)
        {
            let mut plainer = layers.to_vec();
            let mut cors = cors.clone();
            (cors.enforce, cors.unguarded_upgrades) = (false, false);
            plainer[at] = Layer::Cors(cors);
            all.push(plainer);
        }
    }
    all
}

fn smaller_items(items: &[Item]) -> Vec<Vec<Item>> {
    let mut all = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut without = items.to_vec();
        without.remove(at);
        all.push(without);
        let mut replace = |item: Item| {
            let mut replaced = items.to_vec();
            replaced[at] = item;
            all.push(replaced);
        };
        match item {
            Item::Cors(_) => {}
            Item::Plain(plain) => {
                for layers in smaller_layers(&plain.layers) {
                    replace(Item::Plain(crate::app::Plain { layers, ..plain.clone() }));
                }
                if plain.default.is_some() {
                    replace(Item::Plain(crate::app::Plain { default: None, ..plain.clone() }));
                }
                if plain.guard != Guard::No {
                    replace(Item::Plain(crate::app::Plain { guard: Guard::No, ..plain.clone() }));
                }
                for at in 0..plain.routes.len() {
                    let mut fewer = plain.clone();
                    fewer.routes.remove(at);
                    replace(Item::Plain(fewer));
                }
            }
            Item::Scope(scope) => {
                for items in smaller_items(&scope.items) {
                    replace(Item::Scope(crate::app::Scope { items, ..scope.clone() }));
                }
                for layers in smaller_layers(&scope.layers) {
                    replace(Item::Scope(crate::app::Scope { layers, ..scope.clone() }));
                }
                if scope.default.is_some() {
                    replace(Item::Scope(crate::app::Scope { default: None, ..scope.clone() }));
                }
                if scope.guard != Guard::No {
                    replace(Item::Scope(crate::app::Scope { guard: Guard::No, ..scope.clone() }));
                }
            }
        }
    }
    all
}
