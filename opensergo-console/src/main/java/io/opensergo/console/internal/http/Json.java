package io.opensergo.console.internal.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** JSON as the API reads it: strictly, in UTF-8 alone, and no deeper than requests need. */
public final class Json {

    private static final int MAX_DEPTH = 32;

    private static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxNumberLength(100)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfig(
                            LogicalType.Textual,
                            config ->
                                    config.setCoercion(
                                                    CoercionInputShape.Integer, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Float, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Boolean,
                                                    CoercionAction.Fail))
                    .defaultSetterInfo(JsonSetter.Value.construct(Nulls.SET, Nulls.FAIL))
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .build();

    private Json() {}

    /** Writes a value. */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer cannot be written as JSON", e);
        }
    }

    /**
     * Reads a body.
     *
     * @throws HttpProblem 400, which says where it is wrong and what was expected
     */
    public static <T> T read(byte[] body, Class<T> type) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw HttpProblem.badRequest("the body must be JSON in UTF-8, but is not UTF-8");
        }
        try (JsonParser parser = MAPPER.createParser(text)) {
            T value = MAPPER.readValue(parser, type);
            if (value != null) {
                return value;
            }
        } catch (JsonMappingException e) {
            throw HttpProblem.badRequest(
                    "the body is not as expected" + path(e) + place(e) + reason(e));
        } catch (JsonProcessingException e) {
            throw HttpProblem.badRequest("the body is no JSON" + place(e) + reason(e));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
        throw HttpProblem.badRequest("the body must be a JSON object, was null");
    }

    private static String path(JsonMappingException e) {
        String path =
                e.getPath().stream()
                        .map(
                                each ->
                                        each.getFieldName() == null
                                                ? "[" + each.getIndex() + "]"
                                                : each.getFieldName())
                        .collect(Collectors.joining("."));
        return path.isEmpty() ? "" : " at '" + path.replace(".[", "[") + "'";
    }

    private static String place(JsonProcessingException e) {
        JsonLocation place = e.getLocation();
        return place == null
                ? ""
                : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
    }

    /** The library's first line, without the names of classes that it may hold. */
    private static String reason(JsonProcessingException e) {
        String message = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        return ": " + message.replaceAll("`?(java|io|com)\\.[\\w.$<>,\\[\\]]+`?", "a value");
    }
}
