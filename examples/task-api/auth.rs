//! Bearer tokens: given at login, and required for everything about tasks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, web};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// Printed on the demo's own page: it guards an API that only this machine reaches and that holds
/// nothing but demo tasks.
pub(crate) const DEMO_USER: &str = "demo";
pub(crate) const DEMO_PASSWORD: &str = "demo";

pub(crate) const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// HS256 is as strong as its key, up to the length of its hash.
const SHORTEST_SECRET: usize = 32;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

pub(crate) struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl Tokens {
    /// Without a secret, tokens are signed with a random one and end with this run.
    pub(crate) fn new(secret: Option<&str>) -> Result<Self, String> {
        let mut random = [0; SHORTEST_SECRET];
        let secret = match secret {
            Some(secret) if secret.len() < SHORTEST_SECRET => {
                return Err(format!(
                    "the JWT secret has {} bytes, and under {SHORTEST_SECRET} it can be guessed; \
                     `openssl rand -hex 32` prints a good one",
                    secret.len()
                ));
            }
            Some(secret) => secret.as_bytes(),
            None => {
                getrandom::fill(&mut random)
                    .map_err(|error| format!("the system gives no random bytes: {error}"))?;
                &random
            }
        };
        Ok(Self { signing: EncodingKey::from_secret(secret), verifying: DecodingKey::from_secret(secret) })
    }

    pub(crate) fn issue(&self, user: &str) -> Result<String, ApiError> {
        let expiry = SystemTime::now() + LIFETIME;
        let exp = expiry.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.sign(&Claims { sub: user.to_owned(), exp })
    }

    pub(crate) fn check(&self, token: &str) -> Result<(), ApiError> {
        // Naming the algorithm here is what keeps a token from choosing its own.
        decode::<Claims>(token, &self.verifying, &Validation::new(Algorithm::HS256))
            .map(|_| ())
            .map_err(|_| ApiError::Unauthorized)
    }

    fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        encode(&Header::new(Algorithm::HS256), claims, &self.signing)
            .map_err(|error| ApiError::Internal(format!("cannot sign a token: {error}")))
    }
}

/// A middleware, for `from_fn`: lets a request pass only with a valid token.
///
/// It belongs inside the CORS middleware. A preflight never has a token, so outside it this would
/// refuse them all; and its 401 would leave without the headers that let a page read it.
pub(crate) async fn required(
    tokens: web::Data<Tokens>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let header = request.headers().get(header::AUTHORIZATION);
    let token = header.and_then(|value| bearer(value.to_str().ok()?));
    tokens.check(token.ok_or(ApiError::Unauthorized)?)?;
    next.call(request).await
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_issued_it_and_nothing_else() {
        let (ours, theirs) = (Tokens::new(None).unwrap(), Tokens::new(None).unwrap());
        let token = ours.issue(DEMO_USER).unwrap();
        assert!(ours.check(&token).is_ok());
        assert!(theirs.check(&token).is_err());
        assert!(ours.check("not a token").is_err());
    }

    #[test]
    fn a_token_ends() {
        let tokens = Tokens::new(None).unwrap();
        let old = tokens.sign(&Claims { sub: DEMO_USER.into(), exp: 1_700_000_000 }).unwrap();
        assert!(tokens.check(&old).is_err());
    }

    #[test]
    fn a_token_cannot_do_without_a_signature() {
        let tokens = Tokens::new(None).unwrap();
        let token = tokens.issue(DEMO_USER).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        // {"alg":"none","typ":"JWT"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
        assert!(tokens.check(&unsigned).is_err());
    }

    #[test]
    fn a_given_secret_must_be_long_and_outlives_a_run() {
        assert!(Tokens::new(Some("secret")).is_err());
        let secret = Some("0123456789abcdef0123456789abcdef");
        let token = Tokens::new(secret).unwrap().issue(DEMO_USER).unwrap();
        assert!(Tokens::new(secret).unwrap().check(&token).is_ok());
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
