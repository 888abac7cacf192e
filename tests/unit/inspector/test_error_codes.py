"""Every code that can be met here is explained, in both languages."""

from __future__ import annotations

import inspect

import pytest

from oots.edelivery import faults
from oots.inspector.catalogue.error_codes import error_code, error_codes
from oots.model.errors import TransportError
from oots.model.response import ErrorCode
from oots.rules.codelists import DSD_ERROR_CODES, EB_ERROR_CODES


def test_every_code_is_explained_once() -> None:
    raised = [make("") for _, make in inspect.getmembers(faults, inspect.isfunction)]
    signals = {fault.ebms for fault in raised if isinstance(fault, TransportError)}
    expected = {code.code for code in ErrorCode} | signals | set(EB_ERROR_CODES.codes) | set(DSD_ERROR_CODES.codes)
    assert len(signals) >= 5
    assert sorted(each.code for each in error_codes()) == sorted(expected)


def test_every_explanation_is_whole_and_in_two_languages() -> None:
    for each in error_codes():
        for words in (each.meaning, each.given, each.person, each.remedy):
            assert words.danish != words.english
            assert all(text.endswith(".") for text in words), words


def test_a_code_that_nobody_gives_is_not_explained() -> None:
    assert error_code("EDM:ERR:0004").name == ErrorCode.NOT_FOUND.message
    with pytest.raises(KeyError):
        error_code("EDM:ERR:0009")
