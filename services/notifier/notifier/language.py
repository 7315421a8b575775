"""What notices say, in the language of who is told, else of the district (`common.language`)."""

from pathlib import Path

from common.language import Translator

_translator = Translator(Path(__file__).parent / "locale")

_ = _translator.say
plural = _translator.say_many
