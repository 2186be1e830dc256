package io.opensergo.proto;

import io.opensergo.proto.internal.envoy.config.core.v3.HeaderValue;
import io.opensergo.proto.internal.envoy.config.core.v3.HeaderValueOption;
import io.opensergo.proto.internal.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HeaderOperations.Changes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes to headers, of a route as a whole and of one of its destinations. */
final class HeaderOptionMapping {

    private HeaderOptionMapping() {}

    static List<HeaderValueOption> toAdd(@Nullable Changes changes) {
        if (changes == null) {
            return List.of();
        }
        List<HeaderValueOption> options = new ArrayList<>();
        addOptions(changes.add(), HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD, options);
        addOptions(changes.set(), HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD, options);
        return options;
    }

    private static void addOptions(
            Map<String, String> headers,
            HeaderAppendAction action,
            List<HeaderValueOption> options) {
        new TreeMap<>(headers)
                .forEach(
                        (name, value) ->
                                options.add(
                                        HeaderValueOption.newBuilder()
                                                .setHeader(
                                                        HeaderValue.newBuilder()
                                                                .setKey(name)
                                                                .setValue(value))
                                                .setAppendAction(action)
                                                .setKeepEmptyValue(value.isEmpty())
                                                .build()));
    }

    static List<String> toRemove(@Nullable Changes changes) {
        return changes == null ? List.of() : changes.remove();
    }

    /** Returns the changes, or {@code null} if there are none. */
    static @Nullable HeaderOperations decode(
            List<HeaderValueOption> requestAdd,
            List<String> requestRemove,
            List<HeaderValueOption> responseAdd,
            List<String> responseRemove,
            RouterScope scope) {
        Changes request = decode(requestAdd, requestRemove, scope);
        Changes response = decode(responseAdd, responseRemove, scope);
        return request == null && response == null
                ? null
                : HeaderOperations.builder().request(request).response(response).build();
    }

    private static @Nullable Changes decode(
            List<HeaderValueOption> options, List<String> remove, RouterScope scope) {
        if (options.isEmpty() && remove.isEmpty()) {
            return null;
        }
        Map<String, String> add = new HashMap<>();
        Map<String, String> set = new HashMap<>();
        for (HeaderValueOption option : options) {
            Map<String, String> target =
                    switch (action(option)) {
                        case APPEND_IF_EXISTS_OR_ADD -> add;
                        case OVERWRITE_IF_EXISTS_OR_ADD -> set;
                        default -> null;
                    };
            String name = option.getHeader().getKey();
            if (target == null || target.putIfAbsent(name, option.getHeader().getValue()) != null) {
                scope.warn(
                        "changes header '"
                                + Texts.abbreviate(name, 100)
                                + "' in a way that a TrafficRouter cannot say; it is left out");
            }
        }
        return Changes.builder().add(add).set(set).remove(remove).build();
    }

    /** The deprecated flag counts if it is there. */
    private static HeaderAppendAction action(HeaderValueOption option) {
        if (!option.hasAppend()) {
            return option.getAppendAction();
        }
        return option.getAppend().getValue()
                ? HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD
                : HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
    }
}
