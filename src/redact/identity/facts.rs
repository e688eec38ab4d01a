//! What a key of a record says about its value: that it is somebody's name, address, number or id.

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

/// Which keys say the same about their values.
struct Keys {
    fact: Fact,
    /// Any key with one of these in it.
    parts: &'static [&'static str],
    /// These keys.
    whole: &'static [&'static str],
    /// These keys of an object that is about a person.
    of_person: &'static [&'static str],
}

/// The keys. The first that fits counts.
const KEYS: &[Keys] = &[
    Keys {
        fact: Fact::Email,
        parts: &["mail"],
        whole: &[],
        of_person: &[],
    },
    Keys {
        fact: Fact::Phone,
        parts: &["phone", "mobil", "msisdn", "telefon"],
        whole: &["tel", "tlf", "cell", "waid", "whatsappid", "fax"],
        of_person: &[],
    },
    Keys {
        fact: Fact::BirthDate,
        parts: &["birthd", "dateofbirth", "fodselsdato", "geburtsdatum"],
        whole: &["dob", "birth"],
        of_person: &[],
    },
    Keys {
        fact: Fact::Name,
        parts: &[
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
        ],
        whole: &["humanagent"],
        of_person: &[
            "name", "navn", "nombre", "nome", "nom", "realname", "first", "last",
        ],
    },
    Keys {
        fact: Fact::Handle,
        parts: &["username", "loginname", "screenname"],
        whole: &["handle", "login", "user", "telegram", "instagram"],
        of_person: &[],
    },
    Keys {
        fact: Fact::Picture,
        parts: &["avatar", "picture", "photo", "profilepic"],
        whole: &[],
        of_person: &["image", "imageurl"],
    },
    Keys {
        fact: Fact::Address,
        parts: &[
            "streetaddress",
            "postaladdress",
            "homeaddress",
            "addressline",
            "formattedaddress",
            "postalcode",
            "postcode",
            "zipcode",
        ],
        whole: &[
            "address",
            "street",
            "street1",
            "street2",
            "zip",
            "adresse",
            "direccion",
            "endereco",
        ],
        of_person: &[],
    },
    Keys {
        fact: Fact::Number,
        parts: &[
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
        ],
        whole: &["nif", "nie", "dni", "cpf", "nir", "cpr", "fnr"],
        of_person: &[],
    },
    Keys {
        fact: Fact::Latitude,
        parts: &[],
        whole: &["latitude", "lat"],
        of_person: &[],
    },
    Keys {
        fact: Fact::Longitude,
        parts: &[],
        whole: &["longitude", "lng", "lon", "long"],
        of_person: &[],
    },
    Keys {
        fact: Fact::Id,
        parts: &[
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
        ],
        whole: &[],
        of_person: &["id", "uuid", "guid"],
    },
];

/// What the value of a key is. `of_person` says whether the object around it is about a person: then `name` and `id` are
/// theirs.
pub fn fact(key: &str, of_person: bool) -> Option<Fact> {
    let plain = plain(key);
    if OF_THINGS.contains(&plain.as_str()) {
        return None;
    }
    let fits = |keys: &&Keys| {
        let is = |words: &[&str]| words.contains(&plain.as_str());
        keys.parts.iter().any(|part| plain.contains(part))
            || is(keys.whole)
            || of_person && is(keys.of_person)
    };
    KEYS.iter().find(fits).map(|keys| keys.fact)
}

/// Whether the object of a key is about a person.
pub fn is_about_person(key: &str) -> bool {
    PEOPLE.contains(&plain(key).as_str())
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
