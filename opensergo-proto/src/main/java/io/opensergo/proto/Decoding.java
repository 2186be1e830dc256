package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One push while it is decoded, each message on its own. Confined to one thread. */
final class Decoding<R extends Rule> {

    private static final int MAX_NAME_SHOWN = 100;

    private final RuleKind<R> kind;
    private final @Nullable MessageMapping<R, ?> mapping;
    private final SharedMetadata shared;
    private final StructMapping<R> documents;
    private final List<R> rules;
    private final List<RejectedMessage> rejected = new ArrayList<>(0);
    private final List<String> warnings = new ArrayList<>(0);
    private final Map<String, Integer> indexByName;
    private final Map<String, Integer> derivedNames = new HashMap<>(0);

    /** The message at hand, and the name of its rule as soon as it is known. */
    private int index;

    private @Nullable String name;

    Decoding(
            RuleKind<R> kind,
            @Nullable MessageMapping<R, ?> mapping,
            SharedMetadata shared,
            int expectedSize) {
        this.kind = kind;
        this.mapping = mapping;
        this.shared = shared;
        this.documents = new StructMapping<>(kind, shared.namespace());
        this.rules = new ArrayList<>(expectedSize);
        this.indexByName = new HashMap<>(expectedSize * 4 / 3 + 1);
    }

    DecodedRules<R> decode(List<Any> data, List<Any> details) {
        Map<Integer, Struct> beside = DocumentDetails.read(details, data.size(), warnings);
        for (index = 0; index < data.size(); index++) {
            name = null;
            try {
                add(read(data.get(index), beside.get(index)));
            } catch (InvalidRuleException e) {
                rejected.add(new RejectedMessage(index, name, thisItem() + e.getMessage()));
            }
        }
        return new DecodedRules<>(rules, rejected, warnings);
    }

    private R read(Any item, @Nullable Struct beside) {
        if (beside != null) {
            try {
                return readDocument(beside);
            } catch (InvalidRuleException e) {
                warn("its document in the details is ignored: " + e.getMessage());
                name = null;
            }
        }
        if (mapping != null && Anys.is(item, mapping.typeName())) {
            return readMessage(mapping, item);
        }
        if (Anys.is(item, StructMapping.TYPE_NAME)) {
            return readDocument(parse(item));
        }
        String undeliverable = UndeliverableRules.reasonIn(item);
        if (undeliverable != null) {
            throw MessageFaults.invalid(
                    "", "the control plane cannot deliver its rules: " + undeliverable, "");
        }
        String expected = mapping == null ? "" : "a " + mapping.typeName() + " or ";
        throw MessageFaults.invalid(
                "",
                "must be " + expected + "a " + StructMapping.TYPE_NAME,
                Anys.describeType(item));
    }

    private <M extends Message> R readMessage(MessageMapping<R, M> mapping, Any item) {
        M message = mapping.parse(item.getValue());
        String given = mapping.nameIn(message);
        String used = given == null ? unused(MessageMapping.derivedName(item.getValue())) : given;
        name = used.isEmpty() ? null : used;
        return mapping.toRule(message, shared.named(used), this::warn);
    }

    private R readDocument(Struct document) {
        name = StructMapping.nameIn(document);
        return documents.read(document, this::warn);
    }

    private static Struct parse(Any item) {
        try {
            return Struct.parseFrom(item.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw MessageFaults.invalid(
                    "",
                    "must be the bytes of a " + StructMapping.TYPE_NAME,
                    item.getValue().size() + " bytes that are none (" + e.getMessage() + ")");
        }
    }

    private String unused(String derived) {
        int count = derivedNames.merge(derived, 1, Integer::sum);
        String candidate = count == 1 ? derived : derived + "-" + count;
        while (indexByName.containsKey(candidate)) {
            candidate = derived + "-" + derivedNames.merge(derived, 1, Integer::sum);
        }
        return candidate;
    }

    private void add(R rule) {
        Integer other = indexByName.putIfAbsent(rule.name(), index);
        if (other != null) {
            throw MessageFaults.invalid(
                    "metadata.name",
                    "must be unique in the set, but item " + other + " has it too",
                    "");
        }
        rules.add(rule);
    }

    private void warn(String text) {
        warnings.add(thisItem() + text);
    }

    /** Names the message at hand, such as {@code item 3 (RateLimitStrategy 'x'): }. */
    private String thisItem() {
        String named = name == null ? "" : " '" + Texts.abbreviate(name, MAX_NAME_SHOWN) + "'";
        return "item " + index + " (" + kind.name() + named + "): ";
    }
}
