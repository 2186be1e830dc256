package io.opensergo.proto;

import com.google.protobuf.Any;
import java.util.List;

/**
 * A set of rules as it travels in a {@code SubscribeResponse}.
 *
 * @param data one message per rule, in the order of the rules, for {@code dataWithVersion.data}
 * @param details what these messages cannot say, for {@code status.details}; only ends of this
 *     library read it
 */
public record EncodedRules(List<Any> data, List<Any> details) {

    public EncodedRules {
        data = List.copyOf(data);
        details = List.copyOf(details);
    }
}
