"""One error type per kind of failure; every message says what happened and what to do.

No message may contain a card number or a secret.
"""


class HuiyanError(Exception):
    """Base of all errors Huiyan raises on purpose; its text is meant for people."""


class ConfigurationError(HuiyanError):
    """A setting is missing or contradictory."""


class FeedError(HuiyanError):
    """A delivery cannot be accepted as a whole; it stops that feed's day only."""


class LandingError(HuiyanError):
    """The landing zone or the archive could not be read or written; nothing was registered."""


class ContractError(HuiyanError):
    """A feed contract, mapping or expectation suite in the repository is wrong."""


class WarehouseError(HuiyanError):
    """PostgreSQL or dbt could not do what was asked; nothing was half done."""


class EvaluationError(HuiyanError):
    """A business date could not be evaluated, or a rule is not accounted for."""


class DeliveryError(HuiyanError):
    """An extract or a brief could not be handed over; what was to be sent is kept."""


class OrchestrationError(HuiyanError):
    """The scheduler or one of its services failed."""


class NotFoundError(HuiyanError):
    """What was asked for (an alert, a rule, a feed) does not exist."""
