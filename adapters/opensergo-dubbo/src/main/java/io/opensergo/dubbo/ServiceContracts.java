package io.opensergo.dubbo;

import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.ListeningAddress;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.MethodDescriptor.RpcType;
import org.apache.dubbo.rpc.model.ProviderModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes what an application provides, as Dubbo knows it. */
final class ServiceContracts {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceContracts.class);

    private ServiceContracts() {}

    static ApplicationMetadata of(ApplicationModel application, String app) {
        Node node = Node.ofThisProcess();
        Map<String, String> labels = DubboSettings.of(application).labels();
        String tag = labels.getOrDefault("tag", labels.get("dubbo.tag"));
        List<ServiceMetadata> services =
                application.getPubModuleModels().stream()
                        .flatMap(each -> each.getServiceRepository().getExportedServices().stream())
                        .flatMap(ServiceContracts::described)
                        .toList();
        return ApplicationMetadata.builder()
                .app(app)
                .node(tag == null ? node : node.withTag(tag))
                .services(services)
                .build();
    }

    /** One service that cannot be described does not hide the others. */
    private static Stream<ServiceMetadata> described(ProviderModel provider) {
        try {
            return Stream.of(of(provider));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Service '{}' cannot be described", provider.getServiceKey(), e);
            return Stream.empty();
        }
    }

    private static ServiceMetadata of(ProviderModel provider) {
        List<URL> urls =
                provider.getServiceUrls().stream()
                        .filter(url -> url.getPort() > 0)
                        .filter(url -> !url.getProtocol().equals("injvm"))
                        .toList();
        var types = new TypeCatalogue();
        List<MethodDescriptor> methods = methods(provider, types);
        var service =
                ServiceDescriptor.builder()
                        .name(provider.getServiceModel().getInterfaceName())
                        .methods(methods)
                        .build();
        List<ListeningAddress> addresses =
                urls.stream()
                        .map(
                                url ->
                                        ListeningAddress.builder()
                                                .address(url.getHost())
                                                .port(url.getPort())
                                                .build())
                        .distinct()
                        .toList();
        return ServiceMetadata.builder()
                .contract(
                        ServiceContract.builder()
                                .services(List.of(service))
                                .types(types.all())
                                .build())
                .listeningAddresses(addresses)
                .protocols(urls.stream().map(URL::getProtocol).distinct().toList())
                .build();
    }

    private static List<MethodDescriptor> methods(ProviderModel provider, TypeCatalogue types) {
        Map<String, List<org.apache.dubbo.rpc.model.MethodDescriptor>> byName =
                provider.getServiceModel().getAllMethods().stream()
                        .filter(each -> !each.getMethodName().startsWith("$"))
                        .collect(
                                Collectors.groupingBy(
                                        org.apache.dubbo.rpc.model.MethodDescriptor
                                                ::getMethodName));
        List<MethodDescriptor> methods = new ArrayList<>();
        byName.forEach(
                (name, overloads) ->
                        overloads.forEach(
                                each ->
                                        methods.add(
                                                method(
                                                        overloads.size() == 1
                                                                ? name
                                                                : signature(each),
                                                        each,
                                                        types))));
        methods.sort(Comparator.comparing(MethodDescriptor::name));
        return methods;
    }

    static MethodDescriptor method(
            String name, org.apache.dubbo.rpc.model.MethodDescriptor method, TypeCatalogue types) {
        RpcType type = method.getRpcType();
        var messages = Messages.of(method);
        return MethodDescriptor.builder()
                .name(name)
                .inputTypes(messages.taken().stream().map(types::add).toList())
                .outputTypes(messages.given().stream().map(types::add).toList())
                .clientStreaming(type == RpcType.CLIENT_STREAM || type == RpcType.BI_STREAM)
                .serverStreaming(type == RpcType.SERVER_STREAM || type == RpcType.BI_STREAM)
                .build();
    }

    /** Names an overloaded method as its resource is named. */
    private static String signature(org.apache.dubbo.rpc.model.MethodDescriptor method) {
        return Stream.of(method.getParameterClasses())
                .map(Class::getName)
                .collect(Collectors.joining(",", method.getMethodName() + "(", ")"));
    }
}
