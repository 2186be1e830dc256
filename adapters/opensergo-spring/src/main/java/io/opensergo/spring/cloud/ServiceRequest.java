package io.opensergo.spring.cloud;

import io.opensergo.governance.routing.RequestView;
import io.opensergo.spring.internal.QueryText;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * A request to a service, as the load balancer tells of it, read in place.
 *
 * @param host the service; a gateway's URL names the gateway
 * @param data the request, or {@code null} if whoever asks for an instance does not say
 */
record ServiceRequest(String host, @Nullable RequestData data) implements RequestView {

    static ServiceRequest of(String service, @Nullable Request<?> request) {
        Object context = request == null ? null : request.getContext();
        return new ServiceRequest(
                service,
                context instanceof RequestDataContext known ? known.getClientRequest() : null);
    }

    @Override
    public @Nullable String method() {
        HttpMethod method = data == null ? null : data.getHttpMethod();
        return method == null ? null : method.name();
    }

    @Override
    public @Nullable String path() {
        URI url = url();
        return url == null ? null : url.getRawPath();
    }

    @Override
    public @Nullable String scheme() {
        URI url = url();
        return url == null ? null : url.getScheme();
    }

    @Override
    public @Nullable String authority() {
        URI url = url();
        return url == null ? null : url.getRawAuthority();
    }

    @Override
    public int port() {
        URI url = url();
        return url == null ? 0 : Math.max(0, url.getPort());
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        HttpHeaders headers = data == null ? null : data.getHeaders();
        return headers == null ? null : headers.getFirst(lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        URI url = url();
        return url == null ? null : QueryText.value(url.getRawQuery(), name);
    }

    private @Nullable URI url() {
        return data == null ? null : data.getUrl();
    }
}
