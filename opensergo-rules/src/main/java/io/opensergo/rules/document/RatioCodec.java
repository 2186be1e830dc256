package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Violations;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ratios from 0 to 1 in the notations of the specification. */
enum RatioCodec implements Codec {
    /** {@code 60%} is 0.6. */
    PERCENT {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            if (!isPercentage(node)) {
                faults.add(path, EXPECTED_PERCENT, Codec.describe(node));
                return null;
            }
            return ratioOf(node);
        }

        @Override
        public JsonNode write(Object value) {
            return NODES.textNode(Math.round((Double) value * 100) + "%");
        }
    },
    /** 12.5 is 0.125. */
    NUMBER {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            BigDecimal percent = isFiniteNumber(node) ? node.decimalValue() : null;
            if (percent == null || percent.signum() < 0 || percent.compareTo(HUNDRED) > 0) {
                faults.add(path, "must be a number from 0 to 100 (percent)", Codec.describe(node));
                return null;
            }
            return percent.movePointLeft(2).doubleValue();
        }

        @Override
        public JsonNode write(Object value) {
            return NODES.numberNode(BigDecimal.valueOf((Double) value).movePointRight(2));
        }
    },
    /** {@code {value: 12.5}} is 0.125. */
    OBJECT {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            if (!node.isObject()) {
                faults.add(path, "must be an object like {value: 12.5}", Codec.describe(node));
                return null;
            }
            for (var entry : node.properties()) {
                if (!entry.getKey().equals("value")) {
                    faults.unknownField(
                            path.field(entry.getKey()), "is an unknown field; allowed: [value]");
                }
            }
            JsonNode value = node.get("value");
            if (value == null) {
                faults.add(path.field("value"), "is required", Violations.MISSING);
                return null;
            }
            return NUMBER.read(value, path.field("value"), faults);
        }

        @Override
        public JsonNode write(Object value) {
            ObjectNode object = NODES.objectNode();
            object.set("value", NUMBER.write(value));
            return object;
        }
    },
    /** {@code 82%} or {@code 4.5}, as a threshold. */
    PERCENT_OR_NUMBER {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            if (isPercentage(node)) {
                return Threshold.ofCpu(ratioOf(node));
            }
            if (!isFiniteNumber(node) || node.doubleValue() < 0) {
                faults.add(
                        path,
                        "must be a percentage like \"82%\" or a number >= 0 like 4.5",
                        Codec.describe(node));
                return null;
            }
            return Threshold.ofLoad(Math.abs(node.doubleValue())); // no negative zero
        }

        @Override
        public JsonNode write(Object value) {
            Threshold threshold = (Threshold) value;
            return threshold.percentage()
                    ? PERCENT.write(threshold.value())
                    : NODES.numberNode(threshold.value());
        }
    };

    private static final Pattern PERCENTAGE = Pattern.compile("([1-9]\\d?|100|0)%");
    private static final String EXPECTED_PERCENT =
            "must be a whole percentage from \"0%\" to \"100%\"";
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private static boolean isPercentage(JsonNode node) {
        return node.isTextual() && PERCENTAGE.matcher(node.textValue()).matches();
    }

    /** A tree that came from elsewhere than a text may hold what no text can say. */
    private static boolean isFiniteNumber(JsonNode node) {
        return node.isNumber() && Double.isFinite(node.doubleValue());
    }

    private static double ratioOf(JsonNode percentage) {
        String text = percentage.textValue();
        return Integer.parseInt(text.substring(0, text.length() - 1)) / 100.0;
    }
}
