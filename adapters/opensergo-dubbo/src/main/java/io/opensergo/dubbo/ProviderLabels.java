package io.opensergo.dubbo;

import java.util.HashMap;
import java.util.Map;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.registry.client.InstanceAddressURL;

/**
 * What a provider says of itself: its own parameters, not those of the consumer, behind which a URL
 * hides them. The tag of Dubbo is the label {@code tag} unless there is one.
 */
final class ProviderLabels {

    private static final String DUBBO_TAG = "dubbo.tag";
    private static final String TAG = "tag";

    private ProviderLabels() {}

    /** Returns the labels of a provider of the service of a key: interface, group and version. */
    static Map<String, String> of(URL provider, String serviceKey) {
        Map<String, String> labels = new HashMap<>(parameters(provider, serviceKey));
        String tag = labels.get(DUBBO_TAG);
        if (tag != null) {
            labels.putIfAbsent(TAG, tag);
        }
        return Map.copyOf(labels);
    }

    private static Map<String, String> parameters(URL provider, String serviceKey) {
        if (provider instanceof InstanceAddressURL instance) {
            return instance.getOriginalServiceParameters(serviceKey + ":" + instance.getProtocol());
        }
        return provider.getParameters();
    }
}
