"""Answers as CSV, written while their rows are read, so that a long one needs no memory."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from dashboard_api.csv_text import Cell, CsvStyle

CSV = "text/csv"


async def csv_style(
    bom: Annotated[bool, Query(description="Begin with the mark by which Excel knows UTF-8")] = False,
    separator: Annotated[Literal["comma", "semicolon"], Query(description="What stands between cells")] = "comma",
) -> CsvStyle:
    """How the caller wants CSV."""
    return CsvStyle(bom, ";" if separator == "semicolon" else ",")


async def wants_csv(
    request: Request,
    format_: Annotated[
        Literal["json", "csv"] | None, Query(alias="format", description="As `Accept` says where this is left out")
    ] = None,
) -> bool:
    """Whether the caller asks for CSV: by the address, by what they say, or by what they accept."""
    if request.url.path.endswith(".csv") or format_ == "csv":
        return True
    return format_ is None and request.headers.get("Accept", "").startswith(CSV)


InStyle = Annotated[CsvStyle, Depends(csv_style)]
AsCsv = Annotated[bool, Depends(wants_csv)]


def csv_answer(
    name: str, style: CsvStyle, header: Sequence[str], parts: AsyncIterator[Sequence[Sequence[Cell]]]
) -> StreamingResponse:
    """A file of that name; each part of the rows is sent as it comes."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(style, header, parts), 200, headers, media_type=f"{CSV}; charset=utf-8")


async def _lines(
    style: CsvStyle, header: Sequence[str], parts: AsyncIterator[Sequence[Sequence[Cell]]]
) -> AsyncIterator[str]:
    yield style.beginning(header)
    async for rows in parts:
        yield style.lines(rows)
