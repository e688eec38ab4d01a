//! boost.ai: a site, its Export API v3, whose one answer has everything, and a token endpoint.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::answer::{Answer, Body};
use super::boost_fault::{BoostFault, BoostRule};
use super::boost_stream::{Script, Tail, Wrapping};
use super::boost_v4;
use super::botpress_json::quote;
use super::fault::When;
use super::http::{self, Request};
use super::page::from_base64;
use super::time;
use super::world::World;

/// A boost.ai site: its data, and how it streams.
#[derive(Debug)]
pub struct Site {
    pub token: String,
    pub client_id: String,
    pub client_secret: String,
    /// The versions of the Export API that there are: `v3`, `v4`.
    pub versions: Vec<&'static str>,
    /// The versions that the token and the client may use.
    pub scopes: Vec<&'static str>,
    /// The tokens from the token endpoint that are valid. Clear the list to let them expire.
    pub issued: Vec<String>,
    pub conversations: Vec<BoostConversation>,
    /// All rules that fire for a request change its answer, in this order.
    pub faults: Vec<BoostRule>,
    /// The site's time zone, for a `from` or `to` without one.
    pub offset_minutes: i64,
    /// How far the site's clock is ahead of this machine's, in milliseconds.
    pub clock_ahead: i64,
    /// The size of a chunk in bytes.
    pub chunk: usize,
    /// The wait between two chunks.
    pub drip: Duration,
    /// Whether the JSON is indented, over many lines.
    pub pretty: bool,
    /// Whether a client that accepts gzip gets it.
    pub gzip: bool,
    /// How many bytes of text each gzip member has. 0 makes a single member.
    pub gzip_member: usize,
}

/// A conversation: the raw JSON element, and what the server must know about it.
#[derive(Debug, Clone)]
pub struct BoostConversation {
    pub id: String,
    pub environment: String,
    pub masked: bool,
    /// When the user wrote or clicked, in microseconds since 1970.
    pub touched: Vec<i64>,
    pub raw: Arc<str>,
}

impl Site {
    /// A site without conversations.
    pub fn new() -> Self {
        Self {
            token: "boost_this_is_not_a_real_token".to_owned(),
            client_id: "export-client".to_owned(),
            client_secret: "this-is-not-a-real-secret".to_owned(),
            versions: vec!["v3"],
            scopes: vec!["v3"],
            issued: Vec::new(),
            conversations: Vec::new(),
            faults: Vec::new(),
            offset_minutes: 60,
            clock_ahead: 0,
            chunk: 4096,
            drip: Duration::ZERO,
            pretty: false,
            gzip: true,
            gzip_member: 0,
        }
    }

    /// Adds a fault.
    pub fn fault(&mut self, when: When, fault: BoostFault) {
        self.faults.push(BoostRule::new(when, fault));
    }

    /// Adds a conversation, given as raw JSON.
    pub fn add(&mut self, raw: &str) {
        self.conversations.push(BoostConversation::from_raw(raw));
    }

    /// Has these versions of the Export API, and grants them.
    pub fn speak(&mut self, versions: &[&'static str]) {
        self.versions = versions.to_vec();
        self.scopes = versions.to_vec();
    }

    /// Whether a token is valid, and for this version.
    fn accepts(&self, token: &str, version: &str) -> (bool, bool) {
        if self.token == token {
            return (true, self.scopes.contains(&version));
        }
        let is_issued = self.issued.iter().any(|issued| issued == token);
        (is_issued, token.ends_with("_v4") == (version == "v4"))
    }
}

impl BoostConversation {
    /// Reads what the server needs from raw JSON, which is kept unchanged. Panics when it is not a conversation.
    /// Build the struct directly to serve such JSON.
    pub fn from_raw(raw: &str) -> Self {
        let wire: Wire = serde_json::from_str(raw)
            .unwrap_or_else(|error| panic!("the fake cannot take this: {error}: {raw}"));
        let sessions = wire.sessions.iter().flatten();
        let messages = wire
            .messages
            .iter()
            .chain(sessions.flat_map(|one| &one.messages));
        let touching = messages.filter(|message| message.is_the_users());
        let times = touching.filter_map(|message| time::parse(message.time.as_ref()?, Some(0)));
        Self {
            id: plain(&wire.id),
            environment: wire.environment.unwrap_or_else(|| "live".to_owned()),
            masked: false,
            touched: times.collect(),
            raw: raw.into(),
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    id: Value,
    environment: Option<String>,
    #[serde(default)]
    messages: Vec<WireMessage>,
    /// In v4, the messages are in here.
    #[serde(default)]
    sessions: Vec<Option<WireSession>>,
}

#[derive(Deserialize)]
struct WireSession {
    #[serde(default)]
    messages: Vec<WireMessage>,
}

#[derive(Deserialize)]
struct WireMessage {
    #[serde(alias = "created")]
    time: Option<String>,
    #[serde(default)]
    is_customer: bool,
    #[serde(rename = "type")]
    kind: Option<String>,
    button_clicked: Option<IgnoredAny>,
}

impl WireMessage {
    fn is_the_users(&self) -> bool {
        self.is_customer
            || self.kind.as_deref() == Some("question")
            || self.button_clicked.is_some()
    }
}

/// An error as the vendor writes it.
pub fn error_json(message: &str) -> String {
    format!(r#"{{"type":"error","message":{}}}"#, quote(message))
}

/// The status and message of a refusal.
pub type Refusal = (u16, String);

/// Answers every request that is not for Botpress.
pub fn answer(request: &Request, world: &mut World) -> Answer {
    if request.path.starts_with("/api/export/v4") {
        return boost_v4::answer(request, world)
            .unwrap_or_else(|(code, message)| Answer::json(code, error_json(&message)));
    }
    let site = &mut world.boost;
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/oauth/token" | "/api/oauth2/v1/token") => issue(request, site),
        ("POST", "/api/export/v3") => export(request, site)
            .unwrap_or_else(|(code, message)| Answer::json(code, error_json(&message))),
        (_, "/oauth/token" | "/api/export/v3") => Answer::json(405, error_json("Use POST.")),
        _ => Answer::json(404, error_json("There is nothing here.")),
    }
}

fn export(request: &Request, site: &mut Site) -> Result<Answer, Refusal> {
    if !site.versions.contains(&"v3") {
        return Err((404, "There is nothing here.".to_owned()));
    }
    allowed(request, site, "v3")?;
    let query = Query::of(request, site)?;
    let chosen = site.conversations.iter().filter(|known| query.wants(known));
    let mut script = Script::new(chosen.map(|known| Arc::clone(&known.raw)).collect());
    let tail = match spoiled(site, &mut script) {
        Ok(tail) => tail,
        Err(instead) => return Ok(instead),
    };
    let info = query.info(script.announced);
    Ok(stream(request, site, Some(info), script, tail))
}

/// Refuses a token that is unknown or for another version, and an export that is not JSON.
pub fn allowed(request: &Request, site: &Site, version: &str) -> Result<(), Refusal> {
    let accepted = request.bearer().map(|token| site.accepts(token, version));
    match accepted.unwrap_or((false, false)) {
        (false, _) => return Err((401, "The token is missing or invalid.".to_owned())),
        (true, false) => return Err((403, "The token is for another scope.".to_owned())),
        (true, true) => {}
    }
    let kind = request.header("content-type").unwrap_or("");
    if request.method == "POST" && !kind.starts_with("application/json") {
        return Err((400, "The body must be application/json.".to_owned()));
    }
    Ok(())
}

/// Applies the faults that fire, in their order. Returns the answer that replaces the stream, if there is one.
pub fn spoiled(site: &mut Site, script: &mut Script) -> Result<Tail, Answer> {
    let mut tail = Tail::Whole;
    for rule in &mut site.faults {
        let Some(fault) = rule.fire() else { continue };
        if let Some(instead) = fault.instead() {
            return Err(instead);
        }
        fault.spoil(script, &mut tail);
    }
    Ok(tail)
}

/// An answer that streams the script, after an element about the query in v3.
pub fn stream(
    request: &Request,
    site: &Site,
    info: Option<String>,
    script: Script,
    tail: Tail,
) -> Answer {
    let accepted = request.header("accept-encoding").unwrap_or("");
    let wrapping = Wrapping {
        chunk: site.chunk,
        drip: site.drip,
        pretty: site.pretty,
        gzip: site.gzip && accepted.contains("gzip"),
        member: site.gzip_member,
        tail,
    };
    let mut answer = Answer::json(200, "");
    if wrapping.gzip {
        answer = answer.with("Content-Encoding", "gzip");
    }
    answer.body = Body::Stream(Box::new(move |chunks| {
        wrapping.write(info.as_deref(), &script, chunks)
    }));
    answer
}

/// The body of an export request. Unknown keys are accepted.
struct Query {
    body: Value,
    from: i64,
    to: i64,
    ids: Option<Vec<String>>,
    environment: Option<String>,
    only_masked: bool,
    offset_minutes: i64,
    /// The site's time, in milliseconds.
    now: i64,
}

impl Query {
    fn of(request: &Request, site: &Site) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|error| (400, format!("The body is not JSON: {error}.")))?;
        let offset_minutes = site.offset_minutes;
        let time = |name: &str| {
            let time = body[name].as_str();
            time.and_then(|time| time::parse(time, Some(offset_minutes)))
                .ok_or_else(|| (400, format!("'{name}' must be a date or a time.")))
        };
        Ok(Self {
            from: time("from")?,
            to: time("to")?,
            ids: ids(&body["conversation_ids"])?,
            environment: body["environment"].as_str().map(str::to_owned),
            only_masked: body["only_masked"].as_bool().unwrap_or(false),
            offset_minutes,
            now: time::now() + site.clock_ahead,
            body,
        })
    }

    fn wants(&self, known: &BoostConversation) -> bool {
        let range = self.from..self.to;
        known.touched.iter().any(|time| range.contains(time))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&known.id))
            && self
                .environment
                .as_ref()
                .is_none_or(|name| *name == known.environment)
            && (known.masked || !self.only_masked)
    }

    fn info(&self, conversations: usize) -> String {
        let whole = |micros| time::local(micros, self.offset_minutes).replace(".000000", "");
        let range = [whole(self.from), whole(self.to)];
        let now = time::local(self.now * 1000, self.offset_minutes);
        let head = r#""type":"query_info","interpreted_query_range""#;
        format!(
            r#"{{{head}:{},"current_time":"{now}","query_seconds":0.00086,"query":{},"conversations":{conversations}}}"#,
            json!(range),
            self.body,
        )
    }
}

fn ids(list: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let wrong = || {
        (
            400,
            "'conversation_ids' must be a list of integers.".to_owned(),
        )
    };
    if list.is_null() {
        return Ok(None);
    }
    let ids = list.as_array().ok_or_else(wrong)?.iter();
    let ids = ids.map(|id| id.as_u64().map(|id| id.to_string()).ok_or_else(wrong));
    ids.collect::<Result<_, _>>().map(Some)
}

fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Issues a token for OAuth 2.0 client credentials, which come in the header or in the form.
fn issue(request: &Request, site: &mut Site) -> Answer {
    let form = std::str::from_utf8(&request.body)
        .ok()
        .and_then(http::pairs);
    let form = form.unwrap_or_default();
    let field = |name: &str| {
        let mut all = form.iter();
        all.find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let given = basic(request).or_else(|| Some((field("client_id")?, field("client_secret")?)));
    let scopes = field("scope").unwrap_or_default();
    let granted = |version: &&&str| scopes == format!("export:{version}");
    let version = site.scopes.iter().find(granted);
    let refusal = if given != Some((site.client_id.clone(), site.client_secret.clone())) {
        Some((401, "invalid_client"))
    } else if field("grant_type").as_deref() != Some("client_credentials") {
        Some((400, "unsupported_grant_type"))
    } else if version.is_none() {
        Some((400, "invalid_scope"))
    } else {
        None
    };
    if let Some((code, error)) = refusal {
        return Answer::json(code, json!({ "error": error }).to_string());
    }
    let version = version.copied().unwrap_or_default();
    let end = if version == "v4" { "_v4" } else { "" };
    let number = site.issued.len() + 1;
    let token = format!("issued_not_a_real_token_{number}{end}");
    site.issued.push(token.clone());
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scopes });
    Answer::json(200, body.to_string())
}

fn basic(request: &Request) -> Option<(String, String)> {
    let coded = request.header("authorization")?.strip_prefix("Basic ")?;
    let plain = String::from_utf8(from_base64(coded)?).ok()?;
    let (id, secret) = plain.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
