package io.opensergo.dubbo;

import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.ListeningAddress;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.lang.reflect.Type;
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

/** Describes what an application provides, as Dubbo knows it. */
final class ServiceContracts {

    private ServiceContracts() {}

    static ApplicationMetadata of(ApplicationModel application, String app) {
        Node node = Node.ofThisProcess();
        Map<String, String> labels = DubboSettings.of(application).labels();
        String tag = labels.getOrDefault("tag", labels.get("dubbo.tag"));
        List<ServiceMetadata> services =
                application.getPubModuleModels().stream()
                        .flatMap(each -> each.getServiceRepository().getExportedServices().stream())
                        .map(ServiceContracts::of)
                        .toList();
        return new ApplicationMetadata(app, tag == null ? node : node.withTag(tag), services);
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
                new ServiceDescriptor(provider.getServiceModel().getInterfaceName(), methods, null);
        return new ServiceMetadata(
                urls.stream()
                        .map(url -> new ListeningAddress(url.getHost(), url.getPort()))
                        .distinct()
                        .toList(),
                urls.stream().map(URL::getProtocol).distinct().toList(),
                new ServiceContract(List.of(service), types.all()));
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

    private static MethodDescriptor method(
            String name, org.apache.dubbo.rpc.model.MethodDescriptor method, TypeCatalogue types) {
        Type[] returned = method.getReturnTypes();
        RpcType type = method.getRpcType();
        return new MethodDescriptor(
                name,
                Stream.of(method.getMethod().getGenericParameterTypes()).map(types::add).toList(),
                returned == null || returned.length == 0 || returned[0] == void.class
                        ? List.of()
                        : List.of(types.add(returned[returned.length - 1])),
                type == RpcType.CLIENT_STREAM || type == RpcType.BI_STREAM,
                type == RpcType.SERVER_STREAM || type == RpcType.BI_STREAM,
                null,
                List.of(),
                List.of());
    }

    /** Names an overloaded method as its resource is named. */
    private static String signature(org.apache.dubbo.rpc.model.MethodDescriptor method) {
        return Stream.of(method.getParameterClasses())
                .map(Class::getName)
                .collect(Collectors.joining(",", method.getMethodName() + "(", ")"));
    }
}
