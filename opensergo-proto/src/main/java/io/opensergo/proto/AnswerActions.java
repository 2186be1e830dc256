package io.opensergo.proto;

import com.google.protobuf.ByteString;
import io.opensergo.proto.internal.envoy.config.core.v3.DataSource;
import io.opensergo.proto.internal.envoy.config.route.v3.DirectResponseAction;
import io.opensergo.proto.internal.envoy.config.route.v3.RedirectAction;
import io.opensergo.proto.internal.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import io.opensergo.rules.traffic.HttpDirectResponse;
import io.opensergo.rules.traffic.HttpDirectResponse.Body;
import io.opensergo.rules.traffic.HttpDirectResponse.BytesBody;
import io.opensergo.rules.traffic.HttpDirectResponse.StringBody;
import io.opensergo.rules.traffic.HttpRedirect;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What answers a request without forwarding it: redirects and direct responses. */
final class AnswerActions {

    private AnswerActions() {}

    static RedirectAction encode(HttpRedirect redirect) {
        var action = RedirectAction.newBuilder().setResponseCode(code(redirect.redirectCode()));
        if (redirect.uri() != null) {
            action.setPathRedirect(redirect.uri());
        }
        if (redirect.authority() != null) {
            action.setHostRedirect(redirect.authority());
        }
        if (redirect.scheme() != null) {
            action.setSchemeRedirect(redirect.scheme());
        }
        if (redirect.port() != null) {
            action.setPortRedirect(redirect.port());
        }
        return action.build();
    }

    /** Any status that has no constant is, to a public client, the usual one. */
    private static RedirectResponseCode code(@Nullable Integer status) {
        return switch (status == null ? 301 : status) {
            case 302 -> RedirectResponseCode.FOUND;
            case 303 -> RedirectResponseCode.SEE_OTHER;
            case 307 -> RedirectResponseCode.TEMPORARY_REDIRECT;
            case 308 -> RedirectResponseCode.PERMANENT_REDIRECT;
            default -> RedirectResponseCode.MOVED_PERMANENTLY;
        };
    }

    static HttpRedirect decode(RedirectAction action, RouterScope scope) {
        if (action.hasPrefixRewrite() || action.hasRegexRewrite()) {
            scope.warn("rewrites the path of a redirect, which is left out");
        }
        String scheme = action.getHttpsRedirect() ? "https" : action.getSchemeRedirect();
        return HttpRedirect.builder()
                .uri(action.hasPathRedirect() ? action.getPathRedirect() : null)
                .authority(action.getHostRedirect().isEmpty() ? null : action.getHostRedirect())
                .scheme(scheme.isEmpty() ? null : scheme)
                .port(
                        action.getPortRedirect() == 0
                                ? null
                                : UnsignedInts.toIntIfSet(
                                        "port_redirect", action.getPortRedirect()))
                .redirectCode(status(action))
                .build();
    }

    private static @Nullable Integer status(RedirectAction action) {
        if (action.getResponseCodeValue() < 0) {
            return null; // not set
        }
        return switch (action.getResponseCode()) {
            case MOVED_PERMANENTLY -> null;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
            case UNRECOGNIZED ->
                    throw MessageFaults.invalid(
                            "response_code",
                            "must be from 0 to 4",
                            Integer.toString(action.getResponseCodeValue()));
        };
    }

    static DirectResponseAction encode(HttpDirectResponse response) {
        var action = DirectResponseAction.newBuilder().setStatus(response.status());
        if (response.body() instanceof StringBody text) {
            action.setBody(DataSource.newBuilder().setInlineString(text.value()));
        } else if (response.body() instanceof BytesBody bytes) {
            action.setBody(
                    DataSource.newBuilder().setInlineBytes(ByteString.copyFrom(bytes.decode())));
        }
        return action.build();
    }

    static HttpDirectResponse decode(DirectResponseAction action, RouterScope scope) {
        return HttpDirectResponse.builder()
                .status(UnsignedInts.toInt("status", action.getStatus()))
                .body(body(action.getBody(), scope))
                .build();
    }

    private static @Nullable Body body(DataSource source, RouterScope scope) {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> new StringBody(source.getInlineString());
            case INLINE_BYTES ->
                    new BytesBody(
                            Base64.getEncoder()
                                    .encodeToString(source.getInlineBytes().toByteArray()));
            case SPECIFIER_NOT_SET -> null;
            case FILENAME, ENVIRONMENT_VARIABLE -> {
                scope.warn("has a body in another place than the message, which is left out");
                yield null;
            }
        };
    }
}
