"""The Pratt parser that matrix and index notation share: tokens to syntax trees."""

from __future__ import annotations

from fractions import Fraction
from typing import NoReturn

from ricci.functions.aliases import ALIASES
from ricci.notation.syntax import (
    OTHER_PRODUCTS,
    POSTFIX,
    POWER,
    PRODUCT,
    SUM,
    Array,
    Call,
    Chain,
    Literal,
    Name,
    Negate,
    Parenthesis,
    Power,
    Step,
    Subscript,
    Syntax,
    Transpose,
    Walk,
    is_number,
    run,
)
from ricci.notation.tokens import LOWERED, Cursor, Token
from tensor_networks.errors import LimitError, ParseError, clip
from tensor_networks.numbers import Number, exact

PRODUCTS = ["*", "/", ".*", "./", *OTHER_PRODUCTS, ""]
BINDING = {"+": SUM, "-": SUM} | dict.fromkeys(["^", ".^", "**"], POWER) | dict.fromkeys(PRODUCTS, PRODUCT)
LONGEST_NUMBER = 400  # characters, and the largest decimal exponent


class Parser(Cursor):
    """The Pratt parser. A notation subclasses it and says what stands behind an atom and what joins neighbours."""

    juxtaposition = False  # do neighbours multiply?

    def parse(self) -> Syntax:
        """The tree of the whole text."""
        if self.tokens[0].kind == "end":
            raise ParseError("the text is empty", text=self.text, start=0, hint="write a formula, such as x'*A*x")
        tree = run(self.whole())
        if self.at(";") and self.tokens[self.place + 1].kind == "end":
            self.advance()
        if self.current.kind != "end":
            self.misplaced()
        return tree

    def whole(self) -> Walk[Syntax]:
        """What a text or an argument consists of."""
        return self.expression(0)

    # tokens

    def at(self, symbol: str) -> bool:
        """Is the token here this operator?"""
        return self.current.kind == "op" and self.current.text == symbol

    def misplaced(self) -> NoReturn:
        """The current token stands where the expression should go on, or end."""
        token = self.current
        if self.starts_operand(token):
            hint = "write * for a product" if token.text != "[" else "an entry is x_i in index notation, [1; 2] an array"
            self.fail(f"an operator is missing before {clip(token.text)}", hint)
        if token.text == ")":
            self.fail("this ) closes nothing")
        self.fail(f"{clip(token.text)} is not expected here")

    @staticmethod
    def starts_operand(token: Token) -> bool:
        """Can an operand begin with it?"""
        return token.kind in ("number", "name") or token.text in ("(", "[")

    # grammar

    def expression(self, floor: int) -> Walk[Syntax]:
        """Everything from here that binds more tightly than `floor`."""
        left = yield self.prefix(floor)
        while True:
            level = self.level()
            if level <= floor:
                return left
            if level == POSTFIX:
                left = self.postfix(left)
            elif level == POWER:
                left = yield self.power(left, self.advance())
            else:
                left = yield self.chain(left, level)

    def power(self, left: Syntax, operator: Token) -> Step[Syntax]:
        """A base with its exponent; `**` takes a number only."""
        exponent = yield self.exponent()
        if operator.text == "**" and not is_number(exponent):
            star = Token("op", "*", operator.start + 1, operator.end)
            self.fail("an operand should stand here, not *", "** takes a number; write ^ for scalars, .^ entry by entry", star)
        return Power(left.start, exponent.end, left, exponent, operator)

    def exponent(self) -> Walk[Syntax]:
        """What stands behind `^`, perhaps in braces."""
        return self.in_braces() if self.at("{") else self.expression(POWER)

    def in_braces(self) -> Walk[Syntax]:
        """An exponent in braces."""
        opening = self.advance()
        inner = yield self.whole()
        if not self.at("}"):
            self.fail("a } is missing", f"the {{ at position {opening.start} is not closed")
        return Parenthesis(opening.start, self.advance().end, inner)

    def chain(self, left: Syntax, level: int) -> Walk[Syntax]:
        """The rest of a sum or product that begins with `left`."""
        operands, operators = [left], []
        while self.level() == level:
            operators.append(self.operator())
            operands.append((yield self.expression(level)))
        return Chain(left.start, operands[-1].end, level, tuple(operands), tuple(operators))

    def level(self) -> int:
        """How tightly the current token binds as an operator; 0 if it is none."""
        token = self.current
        if token.kind == "op" and token.text in BINDING:
            return BINDING[token.text]
        if token.kind == "raised" or (token.kind == "op" and token.text == "'"):
            return POSTFIX
        return PRODUCT if self.juxtaposition and self.starts_operand(token) else 0

    def operator(self) -> Token:
        """The operator here; an empty one if neighbours multiply."""
        token = self.current
        return (
            self.advance() if token.kind == "op" and token.text not in ("(", "[") else Token("op", "", token.start, token.start)
        )

    def prefix(self, floor: int) -> Step[Syntax]:
        """A sign with its operand, or an atom."""
        token = self.current
        return self.signed(floor) if token.kind == "op" and token.text in ("-", "+") else self.atom()

    def signed(self, floor: int) -> Walk[Syntax]:
        """A sign with its operand."""
        token = self.advance()
        operand = yield self.expression(max(floor, PRODUCT))
        return Negate(token.start, operand.end, operand) if token.text == "-" else operand

    def postfix(self, left: Syntax) -> Syntax:
        """A transpose, or a raised number."""
        token = self.advance()
        if token.kind == "raised":
            digits = token._replace(text=token.text.translate(LOWERED))
            exponent = Literal(token.start, token.end, self.number(digits))
            return Power(left.start, token.end, left, exponent, Token("op", "^", token.start, token.end))
        return Transpose(left.start, token.end, left)

    def atom(self) -> Step[Syntax]:
        """A number, a name, a call, an array of numbers or a parenthesis."""
        token = self.current
        if token.kind == "number":
            self.advance()
            return Literal(token.start, token.end, self.number(token))
        if token.kind == "name":
            return self.named()
        if self.at("["):
            return self.array()
        if not self.at("("):
            if token.kind == "end":
                self.fail("the text ends where an operand should stand")
            self.fail(f"an operand should stand here, not {clip(token.text)}")
        return self.parenthesis()

    def parenthesis(self) -> Walk[Syntax]:
        """An operand in parentheses."""
        token = self.advance()
        inner = yield self.whole()
        return Parenthesis(token.start, self.close(token), inner)

    def array(self) -> Array:
        """Numbers in brackets: a comma ends an entry, a semicolon a row."""
        opening = self.advance()
        rows: list[tuple[Number, ...]] = []
        entries: list[Number] = []
        while True:
            sign = -1 if self.at("-") else 1
            if self.at("-") or self.at("+"):
                self.advance()
            if self.current.kind != "number":
                self.fail("a number should stand here", "an array is written [1, 2; 3, 4]")
            entries.append(sign * self.number(self.advance()))
            if self.at(","):
                self.advance()
                continue
            rows.append(tuple(entries))
            if len(entries) != len(rows[0]):
                self.fail(f"this row has {len(entries)} entries, the first has {len(rows[0])}")
            entries = []
            if not self.at(";"):
                break
            self.advance()
        if not self.at("]"):
            self.fail("a ] is missing", f"the [ at position {opening.start} is not closed")
        return Array(opening.start, self.advance().end, tuple(rows))

    def named(self) -> Step[Syntax]:
        """A name, with its arguments if a parenthesis follows and `is_call` agrees."""
        token = self.advance()
        if not (self.at("(") and self.is_call(token)):
            return Name(token.start, token.end, token.text)
        return self.call(token, None)

    def call(self, token: Token, bound: Subscript | None) -> Walk[Syntax]:
        """The arguments of a function."""
        opening = self.advance()
        arguments = []
        if not self.at(")"):
            arguments.append((yield self.whole()))
            while self.at(","):
                self.advance()
                arguments.append((yield self.whole()))
        name = ALIASES.get(token.text, token.text)
        return Call(token.start, self.close(opening), name, tuple(arguments), bound)

    def is_call(self, token: Token) -> bool:
        """Does a parenthesis after this name hold arguments?"""
        return True

    def close(self, opening: Token) -> int:
        """Step over the `)` that belongs to `opening`."""
        if self.at(")"):
            return self.advance().end
        if self.current.kind == "end":
            self.fail("a ) is missing", f"the ( at position {opening.start} is not closed")
        self.misplaced()

    def number(self, token: Token) -> Number:
        """The exact value of a number as written."""
        digits, _, power = token.text.lower().partition("e")
        if len(digits) > LONGEST_NUMBER or (power and (len(power) > 5 or abs(int(power)) > LONGEST_NUMBER)):
            raise LimitError(
                f"the number {clip(token.text, 24)} is too large", text=self.text, start=token.start, end=token.end
            )
        return exact(Fraction(token.text))
