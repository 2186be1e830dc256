package io.opensergo.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.opensergo.proto.internal.service_contract.v1.FieldDescriptor;
import io.opensergo.proto.internal.service_contract.v1.MethodDescriptor;
import io.opensergo.proto.internal.service_contract.v1.Node;
import io.opensergo.proto.internal.service_contract.v1.NodeIdentifier;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.proto.internal.service_contract.v1.ServiceContract;
import io.opensergo.proto.internal.service_contract.v1.ServiceDescriptor;
import io.opensergo.proto.internal.service_contract.v1.ServiceMetadata;
import io.opensergo.proto.internal.service_contract.v1.TypeDescriptor;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.contract.ApplicationMetadata;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ApplicationMetadataMappingTest {

    private static final Node NODE =
            Node.newBuilder()
                    .setIdentifier(NodeIdentifier.newBuilder().setHostName("node-7"))
                    .build();

    @Provide
    Arbitrary<ApplicationMetadata> metadata() {
        return RuleArbitraries.records(ApplicationMetadata.class);
    }

    @Property(tries = 300)
    void metadataSurvivesTheWire(@ForAll("metadata") ApplicationMetadata metadata)
            throws InvalidProtocolBufferException {
        byte[] bytes = ApplicationMetadataMapping.encode(metadata).toByteArray();

        assertThat(ApplicationMetadataMapping.decode(ReportMetadataRequest.parseFrom(bytes)))
                .isEqualTo(metadata);
    }

    private static ReportMetadataRequest.Builder report(ServiceContract.Builder contract) {
        return ReportMetadataRequest.newBuilder()
                .setAppName("shop")
                .setNode(NODE)
                .addServiceMetadata(ServiceMetadata.newBuilder().setServiceContract(contract));
    }

    private static ServiceContract.Builder contractOf(FieldDescriptor.Builder field) {
        return ServiceContract.newBuilder()
                .addTypes(TypeDescriptor.newBuilder().setName("Order").addFields(field));
    }

    @Example
    void constantsOfAnotherVersionAreUnspecified() {
        var field = FieldDescriptor.newBuilder().setName("id").setLabelValue(99).setTypeValue(99);

        var decoded = ApplicationMetadataMapping.decode(report(contractOf(field)).build());

        var read = decoded.services().get(0).contract().types().get(0).fields().get(0);
        assertThat(read.label()).hasToString("UNSPECIFIED");
        assertThat(read.type()).hasToString("UNSPECIFIED");
    }

    @Example
    void whatIsWrongIsNamedByItsPath() {
        var contract =
                ServiceContract.newBuilder()
                        .addServices(
                                ServiceDescriptor.newBuilder()
                                        .setName("Orders")
                                        .addMethods(MethodDescriptor.newBuilder().setName("place"))
                                        .addMethods(MethodDescriptor.newBuilder()));

        assertThatThrownBy(() -> ApplicationMetadataMapping.decode(report(contract).build()))
                .isInstanceOf(InvalidRuleException.class)
                .hasMessageStartingWith(
                        "serviceMetadata[0].serviceContract.services[0].methods[1].name must be");
    }

    @Example
    void reportOfNobodyIsRefused() {
        var nameless = ReportMetadataRequest.newBuilder().setNode(NODE).build();
        var nowhere = ReportMetadataRequest.newBuilder().setAppName("shop").build();

        assertThatThrownBy(() -> ApplicationMetadataMapping.decode(nameless))
                .hasMessageStartingWith("appName must be");
        assertThatThrownBy(() -> ApplicationMetadataMapping.decode(nowhere))
                .hasMessage("node is required");
    }

    @Example
    void timeOutOfAllRangesIsRefused() {
        var never =
                NODE.toBuilder()
                        .setIdentifier(
                                NODE.getIdentifier().toBuilder()
                                        .setStartTimestamp(
                                                Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
        var report = ReportMetadataRequest.newBuilder().setAppName("shop").setNode(never).build();

        assertThatThrownBy(() -> ApplicationMetadataMapping.decode(report))
                .isInstanceOf(InvalidRuleException.class)
                .hasMessageStartingWith("node.identifier.startTimestamp must be");
    }
}
