package io.opensergo.controlplane;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands a message that cannot be read on as {@code null}, so that whoever serves the call ends it.
 * gRPC would log a stack trace for each, and leave the stream open on the transport.
 */
final class ReadableMessages {

    private ReadableMessages() {}

    static ServerServiceDefinition of(ServerServiceDefinition service) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        service.getMethods().forEach(method -> methods.add(of(method)));
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
                        .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder builder =
                ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(builder::addMethod);
        return builder.build();
    }

    private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> of(
            ServerMethodDefinition<ReqT, RespT> method) {
        MethodDescriptor<ReqT, RespT> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new Lenient<>(descriptor.getRequestMarshaller()),
                                descriptor.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    private record Lenient<T>(MethodDescriptor.Marshaller<T> marshaller)
            implements MethodDescriptor.Marshaller<T> {

        @Override
        public InputStream stream(T value) {
            return marshaller.stream(value);
        }

        @Override
        public @Nullable T parse(InputStream stream) {
            try {
                return marshaller.parse(stream);
            } catch (StatusRuntimeException e) {
                return null;
            }
        }
    }
}
