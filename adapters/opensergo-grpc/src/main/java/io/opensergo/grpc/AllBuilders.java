package io.opensergo.grpc;

import io.grpc.InternalConfigurator;
import io.grpc.InternalConfiguratorRegistry;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import java.util.List;

/**
 * The builders of all servers and channels of a process, by what grpc-java has for libraries that
 * observe it. A class of its own, since older versions do not have it.
 */
final class AllBuilders {

    private AllBuilders() {}

    static void govern(OpenSergoGrpc openSergo) {
        try {
            InternalConfiguratorRegistry.setConfigurators(List.of(new Governing(openSergo)));
        } catch (NoClassDefFoundError e) {
            throw new UnsupportedOperationException(
                    "this version of grpc-java has no configurators of all builders; use govern(builder) on each",
                    e);
        }
    }

    private static final class Governing implements InternalConfigurator {

        private final OpenSergoGrpc openSergo;

        Governing(OpenSergoGrpc openSergo) {
            this.openSergo = openSergo;
        }

        @Override
        public void configureChannelBuilder(ManagedChannelBuilder<?> builder) {
            openSergo.govern(builder);
        }

        @Override
        public void configureServerBuilder(ServerBuilder<?> builder) {
            openSergo.govern(builder);
        }
    }
}
