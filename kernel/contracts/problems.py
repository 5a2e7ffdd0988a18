"""RFC 9457 problem details, as every process answers them."""

from pydantic import Field

from kernel.contracts.common import Contract


class FieldProblem(Contract):
    """What is wrong with one field; ``field`` is its dotted name.

    ``template`` and ``params`` make a ``message`` with places in it again, in the reader's language.
    """

    field: str
    message: str
    template: str = ""
    params: dict[str, str] = Field(default_factory=dict)


class Problem(Contract):
    """``application/problem+json``. ``code`` is the class name of the error, e.g. ``RefundTooLarge``.

    ``template`` and ``params`` make ``detail`` again, in the reader's language.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    template: str = ""
    params: dict[str, str] = Field(default_factory=dict)
    fields: list[FieldProblem] = Field(default_factory=list)
    request_id: str = ""
