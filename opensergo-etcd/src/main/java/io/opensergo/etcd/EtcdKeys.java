package io.opensergo.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opensergo.rules.RuleId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of rules, of their history, and of what orders both. */
final class EtcdKeys {

    private static final int SEQUENCE_DIGITS = 19;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private final String rules;
    private final String history;

    /** Holds the number of the latest change; whoever commits compares it. */
    final ByteString head;

    /** Holds the time in microseconds from which revisions are counted. */
    final ByteString epoch;

    EtcdKeys(String prefix) {
        rules = prefix + "/rules/";
        history = prefix + "/history/";
        head = bytes(prefix + "/head");
        epoch = bytes(prefix + "/epoch");
    }

    static ByteString bytes(String text) {
        return ByteString.copyFrom(text, UTF_8);
    }

    ByteString rules() {
        return bytes(rules);
    }

    ByteString history() {
        return bytes(history);
    }

    ByteString rule(RuleId id) {
        return bytes(
                rules + encode(id.kind()) + "/" + encode(id.namespace()) + "/" + encode(id.name()));
    }

    /** Returns which rule a key is of; {@code null} if it is of none. */
    @Nullable RuleId ruleOf(String key) {
        String[] parts =
                key.startsWith(rules)
                        ? key.substring(rules.length()).split("/", -1)
                        : new String[0];
        if (parts.length != 3 || parts[0].isEmpty() || parts[1].isEmpty() || parts[2].isEmpty()) {
            return null;
        }
        try {
            return new RuleId(decode(parts[0]), decode(parts[1]), decode(parts[2]));
        } catch (IllegalArgumentException e) {
            return null; // not as encoded here
        }
    }

    /** Returns the key of a change; the order of keys is that of the numbers. */
    ByteString change(long number) {
        String digits = Long.toString(number);
        return bytes(history + "0".repeat(SEQUENCE_DIGITS - digits.length()) + digits);
    }

    /**
     * Returns the key of the change with an id, which is its number; {@code null} if it is none.
     */
    @Nullable ByteString change(String id) {
        return NUMBER.matcher(id).matches() ? change(Long.parseLong(id)) : null;
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, UTF_8);
    }

    private static String decode(String part) {
        return URLDecoder.decode(part, UTF_8);
    }

    /** Returns the end of the range of all keys that begin with a prefix, which ends in no 0xff. */
    static ByteString endOf(ByteString prefix) {
        byte[] end = prefix.toByteArray();
        end[end.length - 1]++;
        return ByteString.copyFrom(end);
    }
}
