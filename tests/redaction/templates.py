"""Sentences as people type them in chats, in each language, beside the English ones of presidio-evaluator.

`{{name}}` and the like are providers of Faker, or of `providers.py`. The last lines of each language have numbers that are
nobody's: orders, amounts, dates and times.
"""

TEMPLATES = {
    "en": """
you can call me on {{phone_number}} after five
my number is {{phone_number}}
Send it to {{email}}, please
mail: {{email}}
I pay with {{credit_card_number}}
The account is {{iban}}
I was born on {{birth_date}}
DOB: {{birth_date}}
SSN {{national_id}} is mine
I am at {{coordinates}}
the router says {{mac_address}}
my IP is {{ipv4}}, or {{ipv6}}
the link you sent, {{signed_url}}, is dead
it is at {{credentials_url}} for now
{{email}} / {{phone_number}}
Order {{order}} came on {{recent_date}}, and it was {{amount}} too much
The ticket {{order}} is open since {{recent_date}} at {{time}}
I bought 3 of them for {{amount}} each in {{year}}
Version {{version}} has the same problem
see https://www.example.com/products/{{small}}?page=2
""",
    "de": """
Sie erreichen mich unter {{phone_number}}
Meine Nummer ist {{phone_number}}, bitte ab 17 Uhr
Tel.: {{phone_number}}
Bitte an {{email}} schicken
Meine Kreditkarte {{credit_card_number}} wurde gesperrt
IBAN {{iban}}, danke
Bitte auf {{iban}} überweisen
Ich bin am {{birth_date}} geboren
Geburtsdatum: {{birth_date}}
Meine Steuer-ID lautet {{national_id}}
Ich stehe gerade bei {{coordinates}}
Die Adresse {{ipv4}} ist gesperrt
MAC {{mac_address}}
Der Link {{signed_url}} geht nicht
Die Bestellung {{order}} kam am {{recent_date}} und kostete {{amount}}
Rechnung {{order}} vom {{recent_date}} um {{time}} Uhr
Im Jahr {{year}} waren es {{small}} Stück
Mit Version {{version}} geht es nicht
Ihr Termin ist am {{recent_date}}
""",
    "no": """
ring meg på {{phone_number}}
Tlf {{phone_number}}
nummeret mitt er {{phone_number}}, ring etter fem
Send det til {{email}}
Kortet mitt er {{credit_card_number}}
Kontoen er {{iban}}
Fødselsnummeret mitt er {{national_id}}
fnr {{national_id}}
Jeg er født {{birth_date}}
fødselsdato: {{birth_date}}
Jeg står ved {{coordinates}}
Adressen {{ipv4}} er sperret
lenken {{signed_url}} virker ikke
Ordre {{order}} kom {{recent_date}} og kostet {{amount}}
Faktura {{order}} fra {{recent_date}} klokka {{time}}
I {{year}} var det {{small}} stykker
Med versjon {{version}} går det ikke
Timen er {{recent_date}}
""",
    "fr": """
Vous pouvez me joindre au {{phone_number}}
Mon numéro est le {{phone_number}}
Tél. : {{phone_number}}
Envoyez-le à {{email}}, merci
Ma carte {{credit_card_number}} est bloquée
Mon IBAN est {{iban}}
Je suis née le {{birth_date}}
Date de naissance : {{birth_date}}
Mon numéro de sécurité sociale est {{national_id}}
Je suis à {{coordinates}}
L'adresse {{ipv4}} est bloquée
Le lien {{signed_url}} ne marche pas
La commande {{order}} est arrivée le {{recent_date}} et a coûté {{amount}}
La facture {{order}} du {{recent_date}} à {{time}}
En {{year}} il y en avait {{small}}
La version {{version}} ne marche pas
Votre rendez-vous est le {{recent_date}}
""",
    "es": """
Me pueden llamar al {{phone_number}}
Mi teléfono es {{phone_number}}
Móvil: {{phone_number}}
Envíalo a {{email}}, gracias
Mi tarjeta {{credit_card_number}} está bloqueada
Mi IBAN es {{iban}}
Nací el {{birth_date}}
Fecha de nacimiento: {{birth_date}}
Mi DNI es {{national_id}}
{{national_id}} es mi NIE
Estoy en {{coordinates}}
La dirección {{ipv4}} está bloqueada
El enlace {{signed_url}} no funciona
El pedido {{order}} llegó el {{recent_date}} y costó {{amount}}
La factura {{order}} del {{recent_date}} a las {{time}}
En {{year}} eran {{small}}
La versión {{version}} no funciona
Su cita es el {{recent_date}}
""",
    "pt": """
Podem ligar para {{phone_number}}
O meu telemóvel é {{phone_number}}
Tel: {{phone_number}}
Envie para {{email}}, obrigado
O meu cartão {{credit_card_number}} está bloqueado
O meu IBAN é {{iban}}
Nasci em {{birth_date}}
Data de nascimento: {{birth_date}}
O meu número de contribuinte é {{national_id}}
Estou em {{coordinates}}
O endereço {{ipv4}} está bloqueado
A ligação {{signed_url}} não funciona
A encomenda {{order}} chegou em {{recent_date}} e custou {{amount}}
A fatura {{order}} de {{recent_date}} às {{time}}
Em {{year}} eram {{small}}
A versão {{version}} não funciona
A sua consulta é em {{recent_date}}
""",
    "ja": """
電話番号は{{phone_number}}です
{{phone_number}}に電話してください
携帯:{{phone_number}}
{{email}}に送ってください
カード番号は{{credit_card_number}}です
IBANは{{iban}}です
生年月日は{{birth_date}}です
{{birth_date}}生まれです
マイナンバーは{{national_id}}です
今{{coordinates}}にいます
アドレス{{ipv4}}がブロックされています
リンク {{signed_url}} が開けません
注文番号は{{order}}、{{recent_date}}に届き、{{amount}}でした
{{recent_date}}の{{time}}に予約しました
{{year}}年には{{small}}個でした
バージョン{{version}}では動きません
""",
}
