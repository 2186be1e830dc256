package io.opensergo.proto;

import com.google.protobuf.Timestamp;
import io.opensergo.proto.internal.service_contract.v1.FieldDescriptor;
import io.opensergo.proto.internal.service_contract.v1.Locality;
import io.opensergo.proto.internal.service_contract.v1.MethodDescriptor;
import io.opensergo.proto.internal.service_contract.v1.Node;
import io.opensergo.proto.internal.service_contract.v1.NodeIdentifier;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.proto.internal.service_contract.v1.ServiceContract;
import io.opensergo.proto.internal.service_contract.v1.ServiceDescriptor;
import io.opensergo.proto.internal.service_contract.v1.ServiceMetadata;
import io.opensergo.proto.internal.service_contract.v1.SocketAddress;
import io.opensergo.proto.internal.service_contract.v1.TypeDescriptor;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.ListeningAddress;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes records of service metadata as messages, most of which have the same names. */
final class ContractEncoder {

    private ContractEncoder() {}

    static ReportMetadataRequest encode(ApplicationMetadata metadata) {
        var message =
                ReportMetadataRequest.newBuilder()
                        .setAppName(metadata.app())
                        .setNode(node(metadata.node()));
        metadata.services().forEach(each -> message.addServiceMetadata(service(each)));
        return message.build();
    }

    private static Node node(io.opensergo.rules.contract.Node node) {
        var message =
                Node.newBuilder()
                        .setIdentifier(
                                NodeIdentifier.newBuilder()
                                        .setHostName(node.hostName())
                                        .setPid((int) node.pid()) // unsigned
                                        .setStartTimestamp(timestamp(node.startTime())));
        var locality = node.locality();
        if (locality != null) {
            message.setLocality(
                    Locality.newBuilder().setRegion(locality.region()).setZone(locality.zone()));
        }
        ifPresent(node.tag(), message::setTag);
        ifPresent(node.cluster(), message::setCluster);
        ifPresent(node.env(), message::setEnv);
        return message.build();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    private static ServiceMetadata service(io.opensergo.rules.contract.ServiceMetadata service) {
        var message =
                ServiceMetadata.newBuilder()
                        .addAllProtocols(service.protocols())
                        .setServiceContract(contract(service.contract()));
        service.listeningAddresses().forEach(each -> message.addListeningAddresses(address(each)));
        return message.build();
    }

    private static SocketAddress address(ListeningAddress address) {
        return SocketAddress.newBuilder()
                .setAddress(address.address())
                .setPortValue(address.port())
                .build();
    }

    private static ServiceContract contract(io.opensergo.rules.contract.ServiceContract contract) {
        var message = ServiceContract.newBuilder();
        contract.services().forEach(each -> message.addServices(descriptor(each)));
        contract.types().forEach(each -> message.addTypes(type(each)));
        return message.build();
    }

    private static ServiceDescriptor descriptor(
            io.opensergo.rules.contract.ServiceDescriptor service) {
        var message = ServiceDescriptor.newBuilder().setName(service.name());
        service.methods().forEach(each -> message.addMethods(method(each)));
        ifPresent(service.description(), message::setDescription);
        return message.build();
    }

    private static MethodDescriptor method(io.opensergo.rules.contract.MethodDescriptor method) {
        var message =
                MethodDescriptor.newBuilder()
                        .setName(method.name())
                        .addAllInputTypes(method.inputTypes())
                        .addAllOutputTypes(method.outputTypes())
                        .addAllHttpPaths(method.httpPaths())
                        .addAllHttpMethods(method.httpMethods());
        if (method.clientStreaming()) {
            message.setClientStreaming(true);
        }
        if (method.serverStreaming()) {
            message.setServerStreaming(true);
        }
        ifPresent(method.description(), message::setDescription);
        return message.build();
    }

    private static TypeDescriptor type(io.opensergo.rules.contract.TypeDescriptor type) {
        var message = TypeDescriptor.newBuilder().setName(type.name());
        type.fields().forEach(each -> message.addFields(field(each)));
        return message.build();
    }

    private static FieldDescriptor field(io.opensergo.rules.contract.FieldDescriptor field) {
        var message =
                FieldDescriptor.newBuilder()
                        .setName(field.name())
                        .setNumber(field.number())
                        .setLabel(FieldDescriptor.Label.valueOf("LABEL_" + field.label().name()))
                        .setType(FieldDescriptor.Type.valueOf("TYPE_" + field.type().name()));
        ifPresent(field.typeName(), message::setTypeName);
        ifPresent(field.description(), message::setDescription);
        return message.build();
    }

    private static void ifPresent(@Nullable String text, Consumer<String> set) {
        if (text != null) {
            set.accept(text);
        }
    }
}
