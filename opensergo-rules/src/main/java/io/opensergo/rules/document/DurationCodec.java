package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in the notations of the specification. */
enum DurationCodec implements Codec {
    /** {@code 500ms}, {@code 10s}, {@code 5min}, {@code 1h}, {@code 2d}; never zero. */
    POSITIVE {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            return readUnit(node, POSITIVE_WITH_UNIT, EXPECTED_POSITIVE, path, faults);
        }

        @Override
        public JsonNode write(Object value) {
            return writeUnit((Duration) value);
        }
    },
    /** As {@link #POSITIVE}, zero included. */
    NOT_NEGATIVE {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            return readUnit(node, WITH_UNIT, EXPECTED_NOT_NEGATIVE, path, faults);
        }

        @Override
        public JsonNode write(Object value) {
            return writeUnit((Duration) value);
        }
    },
    /** A whole number of seconds. */
    SECONDS {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            Object seconds = ScalarCodec.LONG.read(node, path, faults);
            return seconds == null ? null : Duration.ofSeconds((Long) seconds);
        }

        @Override
        public JsonNode write(Object value) {
            return NODES.numberNode(((Duration) value).toSeconds());
        }
    },
    /** {@code 0.5s}, {@code 1h30m}, as Istio and protobuf write them. */
    DECIMAL {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            String text = node.isTextual() ? node.textValue() : "";
            if (text.length() > MAX_LENGTH || !DECIMALS.matcher(text).matches()) {
                faults.add(path, EXPECTED_DECIMAL, Codec.describe(node));
                return null;
            }
            BigDecimal nanos = BigDecimal.ZERO;
            Matcher parts = DECIMAL_PART.matcher(text);
            while (parts.find()) {
                nanos = nanos.add(new BigDecimal(parts.group(1)).multiply(nanosOf(parts.group(2))));
            }
            BigInteger[] seconds = nanos.toBigInteger().divideAndRemainder(NANOS_PER_SECOND);
            if (seconds[0].bitLength() > Long.SIZE - 1) {
                faults.add(
                        path,
                        "must be a duration that fits 64 bits of seconds",
                        Codec.describe(node));
                return null;
            }
            return Duration.ofSeconds(seconds[0].longValue(), seconds[1].longValue());
        }

        @Override
        public JsonNode write(Object value) {
            Duration duration = (Duration) value;
            BigDecimal seconds =
                    BigDecimal.valueOf(duration.toSeconds())
                            .add(BigDecimal.valueOf(duration.toNanosPart(), 9));
            BigDecimal trimmed =
                    seconds.signum() == 0 ? BigDecimal.ZERO : seconds.stripTrailingZeros();
            return NODES.textNode(trimmed.toPlainString() + "s");
        }
    };

    /**
     * Longer texts are refused unread: the time to match and to convert them grows faster than
     * they.
     */
    private static final int MAX_LENGTH = 256;

    private static final Pattern POSITIVE_WITH_UNIT =
            Pattern.compile("([1-9]\\d*)(s|ms|m|min|minute|h|d)");
    private static final Pattern WITH_UNIT = Pattern.compile("(\\d+)(s|ms|m|min|minute|h|d)");
    private static final Pattern DECIMALS = Pattern.compile("(\\d+(\\.\\d+)?(h|m|s|ms|us|ns))+");
    private static final Pattern DECIMAL_PART =
            Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s|us|ns)");
    private static final String UNITS = " with one of the units ms, s, m, min, minute, h, d";
    private static final String EXPECTED_POSITIVE =
            "must be a duration like \"500ms\": a whole number of at least 1" + UNITS;
    private static final String EXPECTED_NOT_NEGATIVE =
            "must be a duration like \"25ms\": a whole number" + UNITS;
    private static final String EXPECTED_DECIMAL =
            "must be a duration like \"0.5s\": numbers with one of the units h, m, s, ms, us, ns";
    private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000L);

    private static @Nullable Object readUnit(
            JsonNode node, Pattern pattern, String expected, FieldPath path, Faults faults) {
        String text = node.isTextual() ? node.textValue() : "";
        Matcher matcher = pattern.matcher(text);
        if (text.length() > MAX_LENGTH || !matcher.matches()) {
            faults.add(path, expected, Codec.describe(node));
            return null;
        }
        BigInteger millis =
                new BigInteger(matcher.group(1))
                        .multiply(BigInteger.valueOf(millisOf(matcher.group(2))));
        if (millis.bitLength() > Long.SIZE - 1) {
            faults.add(
                    path,
                    "must be a duration that fits 64 bits of milliseconds",
                    Codec.describe(node));
            return null;
        }
        return Duration.ofMillis(millis.longValue());
    }

    private static JsonNode writeUnit(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long length = millisOf(unit);
            if (millis != 0 && millis % length == 0) {
                return NODES.textNode(millis / length + unit);
            }
        }
        return NODES.textNode(millis + "ms");
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "ms" -> 1L;
            case "s" -> 1_000L;
            case "m", "min", "minute" -> 60_000L;
            case "h" -> 3_600_000L;
            default -> 86_400_000L;
        };
    }

    private static BigDecimal nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> BigDecimal.ONE;
            case "us" -> BigDecimal.valueOf(1_000L);
            case "ms" -> BigDecimal.valueOf(1_000_000L);
            case "s" -> BigDecimal.valueOf(1_000_000_000L);
            case "m" -> BigDecimal.valueOf(60_000_000_000L);
            default -> BigDecimal.valueOf(3_600_000_000_000L);
        };
    }
}
