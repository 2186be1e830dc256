package io.opensergo.proto;

import com.google.protobuf.Timestamp;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.proto.internal.service_contract.v1.SocketAddress;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Violation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.FieldDescriptor;
import io.opensergo.rules.contract.ListeningAddress;
import io.opensergo.rules.contract.Locality;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import io.opensergo.rules.contract.TypeDescriptor;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads messages of service metadata, most of which have the names of the records. */
final class ContractDecoder {

    private static final String UNKNOWN = "UNRECOGNIZED";
    private static final String UNSPECIFIED = "UNSPECIFIED";

    private ContractDecoder() {}

    static ApplicationMetadata decode(ReportMetadataRequest message) {
        if (!message.hasNode()) {
            throw violation("node", "is required", Violations.MISSING);
        }
        return ApplicationMetadata.builder()
                .app(message.getAppName())
                .node(at("node", () -> node(message.getNode())))
                .services(
                        each(
                                "serviceMetadata",
                                message.getServiceMetadataList(),
                                ContractDecoder::service))
                .build();
    }

    private static Node node(io.opensergo.proto.internal.service_contract.v1.Node node) {
        var identifier = node.getIdentifier();
        return Node.builder()
                .hostName(identifier.getHostName())
                .pid(Integer.toUnsignedLong(identifier.getPid()))
                .startTime(instant(identifier.getStartTimestamp()))
                .locality(
                        node.hasLocality()
                                ? Locality.builder()
                                        .region(node.getLocality().getRegion())
                                        .zone(node.getLocality().getZone())
                                        .build()
                                : null)
                .tag(node.hasTag() ? node.getTag() : null)
                .cluster(node.hasCluster() ? node.getCluster() : null)
                .env(node.hasEnv() ? node.getEnv() : null)
                .build();
    }

    private static Instant instant(Timestamp timestamp) {
        try {
            return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
        } catch (DateTimeException | ArithmeticException e) {
            throw violation(
                    "identifier.startTimestamp",
                    "must be a time of the years 1 to 9999",
                    timestamp.getSeconds() + " s");
        }
    }

    private static ServiceMetadata service(
            io.opensergo.proto.internal.service_contract.v1.ServiceMetadata service) {
        return ServiceMetadata.builder()
                .contract(at("serviceContract", () -> contract(service.getServiceContract())))
                .listeningAddresses(
                        each(
                                "listeningAddresses",
                                service.getListeningAddressesList(),
                                ContractDecoder::address))
                .protocols(service.getProtocolsList())
                .build();
    }

    private static ListeningAddress address(SocketAddress address) {
        return ListeningAddress.builder()
                .address(address.getAddress())
                .port(address.getPortValue())
                .build();
    }

    private static ServiceContract contract(
            io.opensergo.proto.internal.service_contract.v1.ServiceContract contract) {
        return ServiceContract.builder()
                .services(each("services", contract.getServicesList(), ContractDecoder::descriptor))
                .types(each("types", contract.getTypesList(), ContractDecoder::type))
                .build();
    }

    private static ServiceDescriptor descriptor(
            io.opensergo.proto.internal.service_contract.v1.ServiceDescriptor service) {
        return ServiceDescriptor.builder()
                .name(service.getName())
                .methods(each("methods", service.getMethodsList(), ContractDecoder::method))
                .description(service.hasDescription() ? service.getDescription() : null)
                .build();
    }

    private static MethodDescriptor method(
            io.opensergo.proto.internal.service_contract.v1.MethodDescriptor method) {
        return MethodDescriptor.builder()
                .name(method.getName())
                .inputTypes(method.getInputTypesList())
                .outputTypes(method.getOutputTypesList())
                .clientStreaming(method.getClientStreaming())
                .serverStreaming(method.getServerStreaming())
                .description(method.hasDescription() ? method.getDescription() : null)
                .httpPaths(method.getHttpPathsList())
                .httpMethods(method.getHttpMethodsList())
                .build();
    }

    private static TypeDescriptor type(
            io.opensergo.proto.internal.service_contract.v1.TypeDescriptor type) {
        return TypeDescriptor.builder()
                .name(type.getName())
                .fields(each("fields", type.getFieldsList(), ContractDecoder::field))
                .build();
    }

    private static FieldDescriptor field(
            io.opensergo.proto.internal.service_contract.v1.FieldDescriptor field) {
        return FieldDescriptor.builder()
                .name(field.getName())
                .type(FieldDescriptor.Type.valueOf(constant(field.getType().name(), "TYPE_")))
                .number(Math.max(0, field.getNumber())) // not set if negative
                .label(FieldDescriptor.Label.valueOf(constant(field.getLabel().name(), "LABEL_")))
                .typeName(field.hasTypeName() ? field.getTypeName() : null)
                .description(field.hasDescription() ? field.getDescription() : null)
                .build();
    }

    private static String constant(String name, String prefix) {
        return name.equals(UNKNOWN) ? UNSPECIFIED : name.substring(prefix.length());
    }

    private static <M, R> List<R> each(String path, List<M> messages, Function<M, R> decode) {
        List<R> records = new ArrayList<>(messages.size());
        for (M message : messages) {
            int index = records.size();
            try {
                records.add(decode.apply(message));
            } catch (InvalidRuleException e) {
                throw under(path + "[" + index + "]", e);
            }
        }
        return records;
    }

    private static <R> R at(String path, Supplier<R> decode) {
        try {
            return decode.get();
        } catch (InvalidRuleException e) {
            throw under(path, e);
        }
    }

    private static InvalidRuleException under(String path, InvalidRuleException e) {
        return new InvalidRuleException(
                e.violations().stream().map(each -> each.under(path)).toList());
    }

    private static InvalidRuleException violation(String path, String expected, String found) {
        return new InvalidRuleException(List.of(new Violation(path, expected, found)));
    }
}
