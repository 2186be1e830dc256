package io.opensergo.dubbo;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * The guards of services and their methods, named as Sentinel names them: {@code interface} and
 * {@code interface:method(paramTypes)}. A call looks its guards up without allocating.
 */
final class Guards {

    private static final String GENERIC = "$invoke";
    private static final String GENERIC_ASYNC = "$invokeAsync";

    /** Generic callers make up names, which are not kept for ever. */
    static final int MAX_METHODS = 1_000;

    private final Governor governor;
    private final TrafficDirection direction;
    private final ConcurrentMap<String, OfService> services = new ConcurrentHashMap<>();

    Guards(Governor governor, TrafficDirection direction) {
        this.governor = governor;
        this.direction = direction;
    }

    OfService of(String service) {
        OfService known = services.get(service);
        return known == null ? services.computeIfAbsent(service, OfService::new) : known;
    }

    /** The guards of one service. */
    final class OfService {

        private final String name;
        private final Guard guard;

        /** By name, each the first of a chain of overloaded methods. */
        private final ConcurrentMap<String, Overload> methods = new ConcurrentHashMap<>();

        private final AtomicInteger known = new AtomicInteger();
        private final Guard others;

        private OfService(String name) {
            this.name = name;
            this.guard = governor.guard(name, direction);
            this.others = governor.guard(name + ":*", direction);
        }

        Guard guard() {
            return guard;
        }

        /**
         * Returns the guard of the method that is called, generically or not; one for all methods
         * after the first thousand.
         */
        Guard method(Invocation invocation) {
            String method = RpcUtils.getMethodName(invocation);
            boolean isGeneric = isGeneric(invocation);
            String[] names = isGeneric ? (String[]) invocation.getArguments()[1] : null;
            Class<?>[] types = isGeneric ? null : invocation.getParameterTypes();
            for (Overload each = methods.get(method); each != null; each = each.next) {
                if (types == null ? each.hasNames(names) : each.hasTypes(types)) {
                    return each.guard;
                }
            }
            return known.getAndUpdate(n -> Math.min(n + 1, MAX_METHODS)) < MAX_METHODS
                    ? add(method, types, names)
                    : others;
        }

        private Guard add(String method, Class<?> @Nullable [] types, String @Nullable [] names) {
            String parameters =
                    types == null
                            ? String.join(",", names == null ? new String[0] : names)
                            : Stream.of(types).map(Class::getName).collect(Collectors.joining(","));
            Guard added = governor.guard(name + ":" + method + "(" + parameters + ")", direction);
            methods.compute(method, (key, first) -> new Overload(types, names, added, first));
            return added;
        }
    }

    /** Whether the names of the method and of its parameters are arguments. */
    private static boolean isGeneric(Invocation invocation) {
        String method = invocation.getMethodName();
        Object[] arguments = invocation.getArguments();
        return (method.equals(GENERIC) || method.equals(GENERIC_ASYNC))
                && arguments != null
                && arguments.length == 3
                && (arguments[1] == null || arguments[1] instanceof String[]);
    }

    /** One of the methods of a name. */
    private static final class Overload {

        /** Its parameters; {@code null} if it is called generically, by names. */
        private final Class<?> @Nullable [] types;

        /** The names of its parameters, if it is called generically. */
        private final String @Nullable [] names;

        private final Guard guard;
        private final @Nullable Overload next;

        private Overload(
                Class<?> @Nullable [] types,
                String @Nullable [] names,
                Guard guard,
                @Nullable Overload next) {
            this.types = types;
            this.names = names;
            this.guard = guard;
            this.next = next;
        }

        boolean hasTypes(Class<?>[] wanted) {
            return types != null && Arrays.equals(types, wanted);
        }

        boolean hasNames(String @Nullable [] wanted) {
            return types == null && Arrays.equals(names, wanted);
        }
    }
}
