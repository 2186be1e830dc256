package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.opensergo.rules.Rule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Documents of rules that their public messages cannot express, in the details of a status: each a
 * {@code Struct} of the position in the data and of the whole document.
 *
 * <p>They stand there because public clients read no details and public control planes send none.
 */
final class DocumentDetails {

    private static final String INDEX = "index";
    private static final String DOCUMENT = "document";

    private DocumentDetails() {}

    static Any write(int index, Rule rule) {
        return Anys.pack(
                Struct.newBuilder()
                        .putFields(INDEX, Value.newBuilder().setNumberValue(index).build())
                        .putFields(
                                DOCUMENT,
                                Value.newBuilder()
                                        .setStructValue(StructMapping.write(rule))
                                        .build())
                        .build());
    }

    /**
     * Returns the documents by position in the data; a detail that is none becomes a warning, and a
     * {@link PushStamp} or a {@link RevisionDetail} is passed over.
     */
    static Map<Integer, Struct> read(List<Any> details, int dataSize, List<String> warnings) {
        if (details.isEmpty()) {
            return Map.of();
        }
        Map<Integer, Struct> documents = new HashMap<>();
        for (int i = 0; i < details.size(); i++) {
            if (PushStamp.isStamp(details.get(i)) || RevisionDetail.is(details.get(i))) {
                continue;
            }
            String fault = read(details.get(i), dataSize, documents);
            if (!fault.isEmpty()) {
                warnings.add("status.details[" + i + "] is ignored: " + fault);
            }
        }
        return documents;
    }

    /** Returns what is wrong with a detail, or nothing. */
    private static String read(Any detail, int dataSize, Map<Integer, Struct> documents) {
        if (!Anys.is(detail, StructMapping.TYPE_NAME)) {
            return "must be a " + StructMapping.TYPE_NAME + ", was " + Anys.describeType(detail);
        }
        Struct fields;
        try {
            fields = Struct.parseFrom(detail.getValue());
        } catch (InvalidProtocolBufferException e) {
            return "must be the bytes of a " + StructMapping.TYPE_NAME + ": " + e.getMessage();
        }
        Value index = fields.getFieldsOrDefault(INDEX, Value.getDefaultInstance());
        Value document = fields.getFieldsOrDefault(DOCUMENT, Value.getDefaultInstance());
        int position = (int) index.getNumberValue();
        if (!index.hasNumberValue()
                || position != index.getNumberValue()
                || position < 0
                || position >= dataSize) {
            return INDEX + " must be a position in the data, which has " + dataSize + " items";
        }
        if (!document.hasStructValue()) {
            return DOCUMENT + " must be an object";
        }
        return documents.putIfAbsent(position, document.getStructValue()) == null
                ? ""
                : "a detail before it is about item " + position + " already";
    }
}
