package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.Serial;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * Numbers and booleans that say how their source writes them, so that messages quote the source:
 * {@code 1e3}, not {@code 1E+3}, and {@code on}, not {@code true}. Only where the two differ.
 */
final class SourceScalar {

    private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9_]+");

    private SourceScalar() {}

    /** Returns a number with the text that it was read from. */
    static JsonNode number(JsonNode plain, String text) {
        if (plain.asText().equals(text)) {
            return plain;
        }
        if (!plain.isIntegralNumber()) {
            return new Decimal(plain.decimalValue(), text);
        }
        return LEADING_ZERO.matcher(text).matches()
                ? new LeadingZero(plain.bigIntegerValue(), text)
                : new Whole(plain.bigIntegerValue(), text);
    }

    static JsonNode truth(boolean value, String text) {
        return text.equals(Boolean.toString(value))
                ? BooleanNode.valueOf(value)
                : new Truth(value, text);
    }

    /** Returns whether a tree holds a {@link LeadingZero}. */
    static boolean hasLeadingZero(JsonNode tree) {
        if (tree instanceof LeadingZero) {
            return true;
        }
        for (JsonNode child : tree) {
            if (hasLeadingZero(child)) {
                return true;
            }
        }
        return false;
    }

    /** Returns what to write instead of a number with a leading zero. */
    static String adviceFor(JsonNode node) {
        return node instanceof LeadingZero number ? number.advice() : "";
    }

    private static final class Whole extends BigIntegerNode {

        @Serial private static final long serialVersionUID = 1L;

        private final String text;

        Whole(BigInteger value, String text) {
            super(value);
            this.text = text;
        }

        @Override
        public String asText() {
            return text;
        }
    }

    private static final class Decimal extends DecimalNode {

        @Serial private static final long serialVersionUID = 1L;

        private final String text;

        Decimal(BigDecimal value, String text) {
            super(value);
            this.text = text;
        }

        @Override
        public String asText() {
            return text;
        }
    }

    private static final class Truth extends BooleanNode {

        @Serial private static final long serialVersionUID = 1L;

        private final String text;

        Truth(boolean value, String text) {
            super(value);
            this.text = text;
        }

        @Override
        public String asText() {
            return text;
        }
    }

    /**
     * A number such as {@code 010}, which is 8 to YAML 1.1 and 10 to YAML 1.2 and to most people:
     * neither a number nor a text to any codec.
     */
    private static final class LeadingZero extends POJONode {

        @Serial private static final long serialVersionUID = 1L;

        private final BigInteger octal;

        LeadingZero(BigInteger octal, String text) {
            super(text);
            this.octal = octal;
        }

        String advice() {
            BigInteger decimal = new BigInteger(asText().replace("_", ""));
            return octal.equals(decimal)
                    ? "; write " + decimal
                    : ", which YAML reads as octal; write " + octal + ", or " + decimal;
        }
    }
}
