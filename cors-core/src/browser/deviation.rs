//! Where browsers deviate from the Fetch standard in ways that matter to servers.

use core::fmt;

/// A browser's engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// The engine of Chrome, Edge, Opera and Samsung Internet.
    Chromium,
    /// The engine of Firefox (Gecko).
    Firefox,
    /// The engine of Safari, and of nearly every browser on iOS: since iOS 17.4, a browser in the EU may bring its own engine.
    WebKit,
}

impl Engine {
    /// Every engine in the table of [`Deviation`].
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The version that the tests run and the table of [`Deviation`] describes.
    pub fn version(self) -> &'static str {
        match self {
            Self::Chromium => "156",
            Self::Firefox => "153 ESR",
            Self::WebKit => "WebKitGTK 2.50",
        }
    }

    /// The longest time, in seconds, for which it remembers a preflight.
    pub fn longest_max_age(self) -> u32 {
        match self {
            Self::Chromium => 7200,
            Self::Firefox => 86_400,
            Self::WebKit => 600,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Makes the enum, its documentation and its methods from one table.
macro_rules! deviations {
    ($($name:ident: [$($engine:ident),+], $what:literal, $example:literal, $section:literal;)+) => {
        /// Where an engine deviates from the Fetch standard in a way that a server can notice. The deviations were found
        /// with real pages and real servers, and the tests repeat them.
        ///
        /// [`Fetch::in_engine`](super::Fetch::in_engine) makes the model do the same. Versions: see [`Engine::version`].
        ///
        /// | engine | what it does | for example | the standard |
        /// |---|---|---|---|
        $(
            #[doc = concat!(
                "| ", stringify!($($engine),+), " | ", $what, " | ", $example,
                " | [", $section, "](https://fetch.spec.whatwg.org/", $section, ") |"
            )]
        )+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Deviation {
            $(
                #[doc = concat!($what, ".")]
                $name,
            )+
        }

        impl Deviation {
            /// Every deviation, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The engines that deviate in this way.
            pub fn engines(self) -> &'static [Engine] {
                match self {
                    $(Self::$name => &[$(Engine::$engine),+],)+
                }
            }

            /// What they do.
            pub fn what(self) -> &'static str {
                match self {
                    $(Self::$name => $what,)+
                }
            }

            /// A case that shows it.
            pub fn example(self) -> &'static str {
                match self {
                    $(Self::$name => $example,)+
                }
            }

            /// The anchor of the section of the standard that says otherwise.
            pub fn section(self) -> &'static str {
                match self {
                    $(Self::$name => $section,)+
                }
            }
        }
    };
}

deviations! {
    StarCoversAuthorization: [Chromium, Firefox, WebKit],
        "`Access-Control-Allow-Headers: *` covers `Authorization`",
        "`Authorization: Bearer …` without credentials, answered with `*`", "#cors-preflight-fetch-0";
    WatchedNothing: [Chromium],
        "A listener on an upload forces no preflight if there is no body to upload",
        "`GET` by `XMLHttpRequest` with a listener", "#http-fetch";
    ForcedMethodMustBeListed: [Chromium, Firefox, WebKit],
        "A forced preflight that is answered without `Access-Control-Allow-Methods` fails for methods that are not safelisted",
        "a watched `PUT`, answered without the field", "#cors-preflight-fetch-0";
    RedirectBeforeOrigin: [Chromium],
        "A redirected preflight is given up on before its `Access-Control-Allow-Origin` is looked at",
        "the console says that a redirect is not allowed, whatever the fields are", "#cors-preflight-fetch-0";
    HeadersInAnyOrder: [Chromium],
        "The console names any of the headers that are not listed, not the first in order",
        "two headers that are not listed", "#cors-preflight-fetch-0";
    ClientHintsAreSafelisted: [Chromium],
        "Client hints, which were once on the safelist, still are: `Save-Data`, `Device-Memory`, `Downlink`, `DPR`, `ECT`, `RTT`, `Viewport-Width`, `Width`, `Intervention`",
        "`Save-Data: on` goes without a preflight", "#cors-safelisted-request-header";
    EmptyLinesAreSkipped: [Firefox],
        "An empty line of `Access-Control-Allow-Origin` or `-Credentials` beside another one is taken for none",
        "`Access-Control-Allow-Origin: *` and `Access-Control-Allow-Origin:`", "#concept-cors-check";
    RangeUnitInAnyCase: [WebKit],
        "The unit of a simple `Range` is read in any case",
        "`Range: Bytes=0-5` goes without a preflight", "#simple-range-header-value";
    HeadersInUtf8: [WebKit],
        "Letters of a header above U+007F are sent in UTF-8, not as a byte each",
        "`X-Name: café`", "#header-value";
    PasswordInOwnRedirect: [Chromium],
        "A redirect to a URL with a user or a password fails, even one of the page's own origin to itself",
        "`Location: http://user:password@own.example/`", "#http-redirect-fetch";
    PasswordIsSeenLate: [WebKit],
        "A redirect from the page's own origin to a foreign URL with a user or a password is followed as far as the preflight, if there is one",
        "`PUT` to the page's own origin, answered with 307 and `Location: https://user:password@api.example/`", "#http-redirect-fetch";
    PreflightNamesPage: [Firefox],
        "After a redirect from one foreign origin to another the preflight still names the page's origin, and only the call itself says `null`",
        "`PUT` to A, which redirects to B with 307", "#cors-preflight-fetch-0";
    OwnPreflightNeedsNoCredentials: [Firefox],
        "Back at the page's own origin, the preflight of a call with credentials passes without `Access-Control-Allow-Credentials`, and by `*`; the call itself does not",
        "`PUT` with credentials to A, which redirects to the page's own origin with 307", "#concept-cors-check";
    NoCorsHidesOrigin: [Chromium],
        "In mode `no-cors` a redirect from the page's own origin to another makes `Origin` `null`",
        "`POST` to the page's own origin, answered with 307 to A", "#append-a-request-origin-header";
    HeadersComeBack: [Firefox],
        "Headers that a redirect takes away are sent again after the next one",
        "`POST` with a `Content-Type`, answered with 303 and then with 307", "#http-redirect-fetch";
    BodyHeadersComeBack: [WebKit],
        "Headers of a body that a redirect takes away are sent again after the next one: all of them if CORS decides about the answer, otherwise `Content-Type` alone",
        "`POST` with a `Content-Language`, answered with 303 and then with 307 to another origin", "#http-redirect-fetch";
    OriginSurvivesRedirects: [WebKit],
        "A call of the page's own origin keeps its `Origin` when a redirect makes it a `GET`",
        "`DELETE` to the page's own origin, answered with 303", "#append-a-request-origin-header";
    RememberedStarCoversAuthorization: [WebKit],
        "A remembered `Access-Control-Allow-Headers: *` covers `Authorization`",
        "a call with `Authorization` twice, the preflight answered with `*`", "#cors-preflight-cache";
    StorageAccessTellsOrigin: [Chromium, Firefox],
        "A call with credentials in mode `no-cors` has an `Origin` where a frame could ask for access to its cookies (`Sec-Fetch-Storage-Access: inactive`)",
        "a frame in a sandbox, to the site of the page around it", "#append-a-request-origin-header";
    StorageAccessOriginStays: [Chromium],
        "An `Origin` that says so stays in the request when a redirect leads to another site",
        "the same frame, redirected from there with 308", "#append-a-request-origin-header";
    ForcedIsSpared: [Chromium, Firefox, WebKit],
        "A forced preflight of a `GET`, `HEAD` or `POST` is spared by a remembered one that does not list the method",
        "a watched `POST` twice, answered without `Access-Control-Allow-Methods: POST`", "#http-fetch";
    ManualNeedsHttp: [WebKit],
        "With the redirect mode `manual`, a redirect to another scheme fails",
        "`Location: ftp://…`", "#http-fetch";
    FirstMethodDecides: [Firefox],
        "Whether a redirect takes the headers of a body away, the method before all redirects decides; the preflight still asks for them",
        "`POST`, answered with 302 twice: they are gone after the second as well", "#http-redirect-fetch";
    OwnCallsStayPreflighted: [Firefox],
        "A call to the page's own origin with headers that are not safelisted asks wherever it is redirected to, even if they are gone",
        "`PATCH` with `Content-Type: a/b`, answered with 303 to another origin", "#http-fetch";
    ForcedIsSparedForever: [Firefox],
        "A remembered preflight spares forced ones of a `GET`, `HEAD` or `POST` after its `Access-Control-Max-Age` as well",
        "a watched `POST` twice, with `Access-Control-Max-Age: 1` and two seconds between them", "#cors-preflight-cache";
    StarNeedsNoCredentials: [WebKit],
        "A remembered `*` is no wildcard for a call with credentials",
        "`Access-Control-Allow-Methods: PUT, *`: `PUT` with credentials, then `DELETE`", "#cors-preflight-cache";
    OwnCredentialsStay: [WebKit],
        "A call of the page's own origin that is redirected to another, and from there again, needs `Access-Control-Allow-Credentials` there although it takes none along; if it is to have a preflight after that, it fails only then",
        "`GET` to the page's own origin, 302 to A, 302 to A", "#http-fetch";
    NoCorsCredentialsStay: [WebKit],
        "In mode `no-cors` a call of the page's own origin takes its credentials along where it is redirected to",
        "`fetch(url, {mode: \"no-cors\"})`, redirected to another port of the same host, which gets its cookie", "#http-network-or-cache-fetch";
    FailedIsRemembered: [WebKit],
        "The answer to a preflight is remembered although it does not allow the call, and spares that of a later one",
        "`Access-Control-Allow-Methods: *`, first with credentials, then without", "#cors-preflight-fetch-0";
    ErrorNeedsLocation: [Chromium, WebKit],
        "With the redirect mode `error`, a redirect without a `Location` is an answer like any other",
        "`fetch(url, {redirect: \"error\"})`, answered with 308 alone", "#http-fetch";
    DeleteBecomesGet: [WebKit],
        "A `DELETE` that is redirected to another origin becomes a `GET`, whatever the status",
        "`DELETE`, answered with 307 to another origin", "#http-redirect-fetch";
    HeadersSurviveRedirects: [WebKit],
        "After a redirect the preflight asks for all headers of the call, also those that the redirect takes away",
        "`Authorization`, redirected to another origin", "#http-redirect-fetch";
    PreflightedStaysPreflighted: [Firefox, WebKit],
        "A call that has needed a preflight asks again wherever it is redirected to, even as a simple `GET`",
        "`PUT`, answered with 303", "#http-fetch";
    NegativeMaxAgeIsZero: [Chromium, Firefox, WebKit],
        "A negative `Access-Control-Max-Age` is 0, not 5",
        "`Access-Control-Max-Age: -1`", "#cors-preflight-fetch-0";
    OddMaxAgeIsZero: [Firefox],
        "An `Access-Control-Max-Age` that is no number is 0, not 5",
        "`Access-Control-Max-Age: 1h`", "#cors-preflight-fetch-0";
    CredentialsAreApart: [Firefox],
        "A preflight of a call with credentials spares none of a call without",
        "the same call, first with credentials, then without", "#cors-preflight-cache";
    FailureIsNotForgotten: [Chromium, WebKit],
        "A preflight stays remembered though the call after it has failed",
        "two calls to a server that allows them in its preflights alone", "#http-fetch";
    StarIsNotRemembered: [Firefox],
        "A remembered `*` is no wildcard",
        "`Access-Control-Allow-Headers: *`, and the same call again", "#cors-preflight-cache";
    NothingRememberedForNull: [Chromium],
        "No preflight is remembered for a page whose origin is `null`",
        "a frame in a sandbox asks before every call", "#cors-preflight-cache";
    ConditionsAskAgain: [Chromium],
        "A call that goes past the HTTP cache goes past remembered preflights as well",
        "`If-None-Match` asks before every call", "#cors-preflight-cache";
    RememberedStarStaysLiteral: [Chromium],
        "A `*` in an answer to a call with credentials is no wildcard for a later call without",
        "`Access-Control-Allow-Headers: *`, first with credentials, then without", "#cors-preflight-cache";
}
