//! What a key of a record says about its value: that it is somebody's name, address, number or id.

use std::collections::HashMap;

/// What a value is, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A name of a person, or a part of it.
    Name,
    /// What somebody calls themselves.
    Handle,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An id.
    Id,
    /// A postal address, or a part of it.
    Address,
    /// The address of a picture.
    Picture,
    /// A date of birth.
    BirthDate,
    /// A number of a person, an account or a card.
    Number,
    /// A latitude.
    Latitude,
    /// A longitude.
    Longitude,
}

/// The keys that were met before, and what they say. Records have few keys, over and over.
#[derive(Debug, Default)]
pub struct KeyCache(HashMap<String, Meaning>);

/// What a key says.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// Whether the object of this key is about a person.
    pub is_about_person: bool,
    fact: Option<Fact>,
    fact_of_person: Option<Fact>,
}

/// More keys than this are not remembered: some bots have ids as keys.
const MOST_KEYS: usize = 4096;

impl KeyCache {
    /// What a key says.
    pub fn meaning(&mut self, key: &str) -> Meaning {
        if let Some(known) = self.0.get(key) {
            return *known;
        }
        // What an earlier redaction put in the place of a key says nothing about the value.
        let is_replaced = key.starts_with('[') && key.ends_with(']');
        let fact = |of_person| fact(key, of_person).filter(|_| !is_replaced);
        let meaning = Meaning {
            is_about_person: PEOPLE.contains(&plain(key).as_str()),
            fact: fact(false),
            fact_of_person: fact(true),
        };
        if self.0.len() < MOST_KEYS {
            self.0.insert(key.to_owned(), meaning);
        }
        meaning
    }
}

impl Meaning {
    /// What the value of the key is. `of_person` says whether the object around it is about a person.
    pub fn fact(&self, of_person: bool) -> Option<Fact> {
        if of_person {
            self.fact_of_person
        } else {
            self.fact
        }
    }
}

/// Objects of these names are about a person.
const PEOPLE: &[&str] = &[
    "agent",
    "author",
    "client",
    "contact",
    "contacts",
    "customer",
    "employee",
    "from",
    "guest",
    "humanagent",
    "identity",
    "lead",
    "member",
    "participant",
    "participants",
    "patient",
    "people",
    "person",
    "profile",
    "recipient",
    "sender",
    "user",
    "userdata",
    "userinformation",
    "userprofile",
    "users",
    "visitor",
];

/// Names of other things than people.
const OF_THINGS: &[&str] = &[
    "actionname",
    "botname",
    "brandname",
    "channelname",
    "classname",
    "companyname",
    "devicename",
    "domainname",
    "eventname",
    "fieldname",
    "filename",
    "groupname",
    "hostname",
    "integrationname",
    "intentname",
    "labelname",
    "modelname",
    "organizationname",
    "pagename",
    "productname",
    "servicename",
    "statename",
    "tablename",
    "tagname",
    "templatename",
    "typename",
    "variablename",
    "workflowname",
];

/// What the value of a key is. `of_person` says whether the object around it is about a person: then `name` and `id` are
/// theirs.
fn fact(key: &str, of_person: bool) -> Option<Fact> {
    let plain = plain(key);
    let plain = plain.as_str();
    let has = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    let is = |words: &[&str]| words.contains(&plain);
    if OF_THINGS.contains(&plain) {
        return None;
    }
    if has(&["mail"]) && !has(&["mailbox", "template"]) {
        return Some(Fact::Email);
    }
    if has(&["phone", "mobil", "msisdn", "telefon", "telephon"])
        || is(&["tel", "tlf", "cell", "waid", "whatsappid", "fax"])
    {
        return Some(Fact::Phone);
    }
    if has(&["birthd", "dateofbirth", "fodselsdato", "geburtsdatum"]) || is(&["dob", "birth"]) {
        return Some(Fact::BirthDate);
    }
    if has(&[
        "firstname",
        "lastname",
        "fullname",
        "middlename",
        "givenname",
        "familyname",
        "surname",
        "displayname",
        "nickname",
        "formattedname",
        "profilename",
        "pushname",
        "sendername",
        "customername",
        "contactname",
        "agentname",
        "personname",
        "authorname",
        "fornavn",
        "etternavn",
        "vorname",
        "nachname",
        "prenom",
        "apellido",
        "sobrenome",
        "nomecompleto",
    ]) || of_person
        && is(&[
            "name",
            "navn",
            "nombre",
            "nome",
            "nom",
            "realname",
            "title_name",
            "first",
            "last",
        ])
        || is(&["humanagent"])
    {
        return Some(Fact::Name);
    }
    if has(&["username", "loginname", "screenname"])
        || is(&["handle", "login", "user", "telegram", "instagram"])
    {
        return Some(Fact::Handle);
    }
    if has(&["avatar", "picture", "photo", "profilepic"]) || of_person && is(&["image", "imageurl"])
    {
        return Some(Fact::Picture);
    }
    if has(&[
        "streetaddress",
        "postaladdress",
        "homeaddress",
        "addressline",
        "formattedaddress",
        "postalcode",
        "postcode",
        "zipcode",
    ]) || is(&[
        "address",
        "street",
        "street1",
        "street2",
        "zip",
        "adresse",
        "direccion",
        "endereco",
    ]) {
        return Some(Fact::Address);
    }
    if has(&[
        "ssn",
        "socialsecurity",
        "nationalid",
        "personnummer",
        "fodselsnummer",
        "personalnumber",
        "taxid",
        "passport",
        "accountnumber",
        "iban",
        "cardnumber",
        "authenticationidentifier",
    ]) || is(&["nif", "nie", "dni", "cpf", "nir", "cpr", "fnr"])
    {
        return Some(Fact::Number);
    }
    if is(&["latitude", "lat"]) {
        return Some(Fact::Latitude);
    }
    if is(&["longitude", "lng", "lon", "long"]) {
        return Some(Fact::Longitude);
    }
    let named_id = has(&[
        "userid",
        "customerid",
        "contactid",
        "personid",
        "profileid",
        "memberid",
        "senderid",
        "recipientid",
        "clientid",
        "visitorid",
        "employeeid",
        "patientid",
        "agentid",
        "psid",
        "externalid",
    ]);
    (named_id || of_person && is(&["id", "uuid", "guid"])).then_some(Fact::Id)
}

/// A key without what stands before its last `#`, `:` or `.`, in lower case, letters and digits alone.
fn plain(key: &str) -> String {
    let last = key.rsplit(['#', ':', '.']).next().unwrap_or(key);
    let plain = last.chars().filter(|c| c.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Fact, fact};

    #[test]
    fn keys_say_what_their_values_are() {
        assert_eq!(fact("whatsapp:userPhone", false), Some(Fact::Phone));
        assert_eq!(fact("E-Mail", false), Some(Fact::Email));
        assert_eq!(fact("first_name", false), Some(Fact::Name));
        assert_eq!(fact("name", true), Some(Fact::Name));
        assert_eq!(fact("name", false), None);
        assert_eq!(fact("integrationName", true), None);
        assert_eq!(fact("hitl#humanAgentName", false), Some(Fact::Name));
        assert_eq!(fact("webchat:id", true), Some(Fact::Id));
        assert_eq!(fact("topic", true), None);
    }
}
