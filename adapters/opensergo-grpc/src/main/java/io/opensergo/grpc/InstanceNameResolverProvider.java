package io.opensergo.grpc;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code opensergo:///prices}. gRPC knows one provider of a scheme; where a process has
 * several applications, the next has {@code opensergo-2}, and so on.
 */
final class InstanceNameResolverProvider extends NameResolverProvider {

    private static final String SCHEME = "opensergo";
    private static final Set<String> TAKEN = ConcurrentHashMap.newKeySet();

    /** Below that of DNS, whose scheme targets without a scheme have. */
    private static final int PRIORITY = 4;

    private final InstanceResolver instances;
    private final String scheme = take();
    private final AtomicBoolean isRegistered = new AtomicBoolean();

    InstanceNameResolverProvider(InstanceResolver instances) {
        this.instances = instances;
    }

    private static String take() {
        String scheme = SCHEME;
        for (int i = 2; !TAKEN.add(scheme); i++) {
            scheme = SCHEME + "-" + i;
        }
        return scheme;
    }

    void register() {
        isRegistered.set(true);
        NameResolverRegistry.getDefaultRegistry().register(this);
    }

    /** Channels that have been built keep their resolvers. */
    void deregister() {
        if (isRegistered.compareAndSet(true, false)) {
            NameResolverRegistry.getDefaultRegistry().deregister(this);
            TAKEN.remove(scheme);
        }
    }

    String target(String service) {
        return scheme + ":///" + service;
    }

    @Override
    public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
        if (!scheme.equals(target.getScheme())) {
            return null;
        }
        String path = target.getPath();
        if (path == null || path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException(
                    "the target '" + target + "' names no service; expected " + target("prices"));
        }
        return new InstanceNameResolver(
                path.substring(1), instances, args.getSynchronizationContext());
    }

    @Override
    public String getDefaultScheme() {
        return scheme;
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return PRIORITY;
    }
}
