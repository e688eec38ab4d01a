"""Numbers that Faker does not have, and numbers that are nobody's."""

import datetime

from faker.providers import BaseProvider

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}


class Chat(BaseProvider):
    """What people type in chats. `locale` is set by whoever adds the provider."""

    locale = "en_US"

    def _digits(self, count):
        return "".join(str(self.random_digit()) for _ in range(count))

    def _date(self, day):
        language = self.locale[:2]
        if language == "ja":
            return self.random_element([f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d}", f"{day:%Y-%m-%d}"])
        month = MONTHS[language].split()[day.month - 1]
        written = {
            "en": [f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", f"{day:%m/%d/%Y}", f"{day:%d-%m-%Y}"],
            "de": [f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day:%y}", f"{day.day}. {month} {day.year}"],
            "no": [f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day:%y}", f"{day.day}. {month} {day.year}"],
            "fr": [f"{day:%d/%m/%Y}", f"{day.day} {month} {day.year}"],
            "es": [f"{day:%d/%m/%Y}", f"{day.day} de {month} de {day.year}", f"{day:%d-%m-%Y}"],
            "pt": [f"{day:%d/%m/%Y}", f"{day.day} de {month} de {day.year}"],
        }[language]
        return self.random_element([*written, f"{day:%Y-%m-%d}"])

    def birth_date(self):
        return self._date(self.generator.date_of_birth(minimum_age=14, maximum_age=95))

    def recent_date(self):
        return self._date(datetime.date(2026, 1, 1) + datetime.timedelta(days=self.random_int(0, 700)))

    def order(self):
        return self.random_element([self._digits(6), self._digits(7), f"SO-{self._digits(5)}", f"{self._digits(4)}-{self._digits(3)}"])

    def amount(self):
        whole = self.random_int(1, 9999)
        return self.random_element([f"{whole},90 €", f"${whole}.50", f"{whole} kr", f"{whole:,}.00 USD", f"{whole} EUR"])

    def time(self):
        return f"{self.random_int(0, 23):02}:{self.random_int(0, 59):02}"

    def small(self):
        return str(self.random_int(2, 999))

    def version(self):
        return ".".join(str(self.random_int(0, 20)) for _ in range(3))

    def coordinates(self):
        latitude, longitude = self.random_int(-899999, 899999) / 1e4, self.random_int(-1799999, 1799999) / 1e4
        return self.random_element([f"{latitude:.4f}, {longitude:.4f}", f"{latitude:.5f},{longitude:.5f}"])

    def signed_url(self):
        name = self.random_element(["X-Amz-Signature", "sig", "token", "access_token", "signature"])
        return f"https://files.example.com/{self._digits(5)}.pdf?{name}={self._digits(20)}&expires={self._digits(10)}"

    def credentials_url(self):
        return f"https://user{self._digits(3)}:pw{self._digits(6)}@intranet.example.com/reports"

    def national_id(self):
        return {
            "en_US": self.generator.ssn, "en_GB": self.generator.ssn, "de_DE": self._steuer_id, "no_NO": self.generator.ssn,
            "fr_FR": self.generator.ssn, "es_ES": getattr(self.generator, "nie", None), "pt_PT": self._nif,
            "pt_BR": getattr(self.generator, "cpf", None), "ja_JP": self._my_number,
        }[self.locale]()

    def _steuer_id(self):
        digits = self.random_sample([*range(1, 10)], 9)
        digits.insert(self.random_int(1, 9), digits[self.random_int(0, 8)])
        product = 10
        for digit in digits:
            product = ((digit + product) % 10 or 10) * 2 % 11
        return "".join(map(str, digits)) + str((11 - product) % 10)

    def _nif(self):
        digits = [self.random_element([1, 2, 3]), *(self.random_digit() for _ in range(7))]
        rest = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1))) % 11
        return "".join(map(str, digits)) + str(0 if rest < 2 else 11 - rest)

    def _my_number(self):
        digits = [self.random_digit() for _ in range(11)]
        rest = sum(digit * weight for digit, weight in zip(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11
        return "".join(map(str, digits)) + str(0 if rest < 2 else 11 - rest)
