package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of texts in the notations where a single text stands for a list. */
enum TextListCodec implements Codec {
    /** {@code "a,b"}. */
    COMMA_SEPARATED {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            Object text = ScalarCodec.TEXT.read(node, path, faults);
            if (text == null) {
                return null;
            }
            List<String> parts = new ArrayList<>();
            for (String part : ((String) text).split(",", -1)) {
                parts.add(part.strip());
            }
            return parts;
        }

        @Override
        public JsonNode write(Object value) {
            List<String> parts = new ArrayList<>();
            ((List<?>) value).forEach(part -> parts.add((String) part));
            return NODES.textNode(String.join(",", parts));
        }
    },
    /** {@code a} or {@code [a, b]}. */
    ONE_OR_MANY {
        @Override
        public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
            return node.isTextual() ? List.of(node.textValue()) : TEXTS.read(node, path, faults);
        }

        @Override
        public JsonNode write(Object value) {
            return TEXTS.write(value);
        }
    };

    private static final ListCodec TEXTS = new ListCodec(ScalarCodec.TEXT);
}
