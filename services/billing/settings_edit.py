"""What a network's owner decides about billing: shown with the defaults, replaced as a whole."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel import addresses, postal, vat_numbers
from kernel.contracts.billing_settings import BillingRules, BillingSettingsRead, Company
from kernel.contracts.events import BillingSettingsChanged
from kernel.contracts.invoices import InvoiceKind
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Invalid
from services.billing.invoices.logos import keep_logo
from services.billing.models import BillingSettings, Invoice
from services.billing.settings import logo_of, rules_of

SEVERAL_LINES = {"address"}


class BillingSettingsMoved(Conflict):
    """Somebody else saved the settings since they were read."""


class BillingSettingsNotValid(Invalid):
    """Something cannot be so; the fields say what."""


def show_settings(uow: UnitOfWork) -> BillingSettingsRead:
    """Return what holds, and the version to save it with."""
    version = uow.session.scalar(select(BillingSettings.version))
    return BillingSettingsRead(rules=rules_of(uow), logo=logo_of(uow), version=version or 1)


def change_settings(uow: UnitOfWork, rules: BillingRules, *, version: int) -> BillingSettingsRead:
    """Replace the rules, unless they are so already; invoices that were issued stay as they are.

    Raises BillingSettingsMoved, BillingSettingsNotValid, AddressNotValid.
    """
    wanted = _checked(rules, rules_of(uow).company)
    row = _locked(uow, version)
    _refuse(_used_elsewhere(uow, wanted))
    before = BillingRules.model_validate(row.decided)
    if wanted != before:
        row.decided = wanted.model_dump(mode="json", exclude_defaults=True)
        _note(uow, row, BillingSettingsChanged(before=before, after=wanted))
    return show_settings(uow)


def change_logo(uow: UnitOfWork, content: bytes | None, *, version: int) -> BillingSettingsRead:
    """Put another picture on the invoices from now on, or none. Raises BillingSettingsMoved, LogoNotValid."""
    row = _locked(uow, version)
    before, rules = row.logo, BillingRules.model_validate(row.decided)
    row.logo = keep_logo(uow, content) if content is not None else ""
    if row.logo != before:
        changed = BillingSettingsChanged(before=rules, after=rules, logo_before=before, logo_after=row.logo)
        _note(uow, row, changed)
    return show_settings(uow)


def _locked(uow: UnitOfWork, version: int) -> BillingSettings:
    first = {"decided": {}, "logo": "", "version": 1, "modified_at": uow.now}
    row = insert(BillingSettings).values(network_id=uow.network_id, **first)
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["network_id"]))
    locked = select(BillingSettings).with_for_update().execution_options(populate_existing=True)
    found = uow.session.scalars(locked).one()
    if found.version != version:
        raise BillingSettingsMoved(N_("Somebody else saved the settings meanwhile. Look at them again."))
    return found


def _note(uow: UnitOfWork, row: BillingSettings, changed: BillingSettingsChanged) -> None:
    row.version += 1
    row.modified_at = uow.now
    uow.session.flush()
    uow.publish(changed)


def _checked(rules: BillingRules, now: Company) -> BillingRules:
    """Return the rules as they are kept: without spaces around, addresses and numbers as they are written.

    The VAT number that is there now is not looked at again, unless the country is another.
    """
    company = {name: value.strip() for name, value in rules.company}
    company["country"] = company["country"].upper()
    if company["email"]:
        company["email"] = addresses.checked(company["email"], field="company.email")
    wrong = {}
    number, country = company["vat_number"], company["country"]
    if number and (number, country) != (now.vat_number, now.country):
        try:
            company["vat_number"] = vat_numbers.checked(number, country)
        except vat_numbers.VatNumberNotValid as reason:
            wrong["company.vat_number"] = Filled(reason.template, **reason.params)
    given = rules.model_copy(
        update={"company": Company.model_validate(company), "invoice_footer": rules.invoice_footer.strip()}
    )
    _refuse(wrong | _unfit(given))
    return given


def _unfit(given: BillingRules) -> dict[str, str]:
    wrong = {
        f"company.{name}": N_("This must be one line, without control characters.")
        for name, value in given.company
        if name not in SEVERAL_LINES and not value.isprintable()
    }
    if given.company.country and given.company.country not in postal.countries():
        wrong["company.country"] = N_("Choose a country.")
    if given.invoice_prefix == given.credit_note_prefix:
        wrong["credit_note_prefix"] = N_("Invoices and credit notes need different beginnings.")
    return wrong


def _used_elsewhere(uow: UnitOfWork, given: BillingRules) -> dict[str, str]:
    """Return what would give a credit note a number that an invoice has, or the other way round."""
    prefixes: dict[str, tuple[InvoiceKind, str]] = {
        "invoice_prefix": ("credit_note", given.invoice_prefix),
        "credit_note_prefix": ("invoice", given.credit_note_prefix),
    }
    return {
        name: N_("The numbers of the other kind have begun so before.")
        for name, (other, prefix) in prefixes.items()
        if _has_begun(uow, other, prefix)
    }


def _has_begun(uow: UnitOfWork, kind: InvoiceKind, prefix: str) -> bool:
    """Whether a document of the kind has a number that begins so, in whatever year."""
    begun = select(Invoice.id).where(
        Invoice.kind == kind, Invoice.number_key.regexp_match(f"^{prefix.lower()}[0-9]{{4}}-[0-9]+$")
    )
    return uow.session.scalar(begun.limit(1)) is not None


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise BillingSettingsNotValid(N_("The settings are not saved."), fields=wrong)
