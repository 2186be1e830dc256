package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.rules.Notation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;

/** Finds the codec of a component by its Java type and notation. */
final class Codecs {

    private Codecs() {}

    /**
     * Returns the codec of a type.
     *
     * @throws IllegalArgumentException if a rule cannot have a component of this type
     */
    static Codec of(Type type, Notation notation) {
        return switch (notation) {
            case DURATION -> DurationCodec.POSITIVE;
            case DURATION_OR_ZERO -> DurationCodec.NOT_NEGATIVE;
            case DECIMAL_DURATION -> DurationCodec.DECIMAL;
            case SECONDS -> DurationCodec.SECONDS;
            case PERCENT -> RatioCodec.PERCENT;
            case PERCENT_NUMBER -> RatioCodec.NUMBER;
            case PERCENT_OBJECT -> RatioCodec.OBJECT;
            case PERCENT_OR_NUMBER -> RatioCodec.PERCENT_OR_NUMBER;
            case COMMA_SEPARATED -> TextListCodec.COMMA_SEPARATED;
            case ONE_OR_MANY -> TextListCodec.ONE_OR_MANY;
            case PLAIN -> plain(type);
        };
    }

    private static Codec plain(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return new ListCodec(plain(arguments[0]));
            }
            if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return new MapCodec(plain(arguments[1]));
            }
        }
        if (type instanceof Class<?> plain) {
            return plain(plain);
        }
        throw unsupported(type);
    }

    private static Codec plain(Class<?> type) {
        if (type == String.class) {
            return ScalarCodec.TEXT;
        }
        if (type == int.class || type == Integer.class) {
            return ScalarCodec.INT;
        }
        if (type == long.class || type == Long.class) {
            return ScalarCodec.LONG;
        }
        if (type == double.class || type == Double.class) {
            return ScalarCodec.DOUBLE;
        }
        if (type == boolean.class || type == Boolean.class) {
            return ScalarCodec.BOOLEAN;
        }
        if (type == JsonNode.class) {
            return ScalarCodec.TREE;
        }
        if (type.isEnum()) {
            return enumCodec(type);
        }
        if (type.isRecord()) {
            return RecordCodec.of(type);
        }
        if (type.isSealed()) {
            return new UnionCodec(type);
        }
        throw unsupported(type);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the class was seen to be that of an enum
    private static Codec enumCodec(Class<?> type) {
        return new EnumCodec(type);
    }

    private static IllegalArgumentException unsupported(Type type) {
        return new IllegalArgumentException(
                "a rule cannot have a component of type "
                        + type.getTypeName()
                        + "; allowed are String, numbers, boolean, Duration with a notation, enums, records, sealed"
                        + " interfaces of records, JsonNode, and List and Map<String, ...> of these");
    }
}
