package io.opensergo.proto;

import com.google.protobuf.BoolValue;
import io.opensergo.proto.internal.envoy.type.matcher.v3.StringMatcher;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.traffic.CorsPolicy;
import io.opensergo.rules.traffic.StringMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cross-origin rules. */
final class CorsPolicies {

    private static final StringMatcher ANY_ORIGIN =
            StringMatcher.newBuilder().setSafeRegex(StringMatchers.regex(".*")).build();

    private CorsPolicies() {}

    static io.opensergo.proto.internal.envoy.config.route.v3.CorsPolicy encode(CorsPolicy cors) {
        var message =
                io.opensergo.proto.internal.envoy.config.route.v3.CorsPolicy.newBuilder()
                        .setAllowMethods(CommaLists.join(cors.allowMethods()))
                        .setAllowHeaders(CommaLists.join(cors.allowHeaders()))
                        .setExposeHeaders(CommaLists.join(cors.exposeHeaders()));
        for (StringMatch origin : cors.allowOrigins()) {
            StringMatcher matcher = StringMatchers.encode(origin);
            message.addAllowOriginStringMatch(matcher == null ? ANY_ORIGIN : matcher);
        }
        for (String origin : cors.allowOrigin()) {
            message.addAllowOriginStringMatch(StringMatcher.newBuilder().setExact(origin));
        }
        if (cors.maxAge() != null) {
            message.setMaxAge(Long.toString(cors.maxAge().toSeconds()));
        }
        if (cors.allowCredentials() != null) {
            message.setAllowCredentials(BoolValue.of(cors.allowCredentials()));
        }
        return message.build();
    }

    static CorsPolicy decode(
            io.opensergo.proto.internal.envoy.config.route.v3.CorsPolicy message,
            RouterScope scope) {
        List<StringMatch> origins = new ArrayList<>(message.getAllowOriginStringMatchCount());
        for (int i = 0; i < message.getAllowOriginStringMatchCount(); i++) {
            try {
                origins.add(StringMatchers.decode(message.getAllowOriginStringMatch(i)));
            } catch (InvalidRuleException e) {
                throw MessageFaults.under("cors.allow_origin_string_match[" + i + "]", e);
            }
        }
        return CorsPolicy.builder()
                .allowOrigins(origins)
                .allowMethods(CommaLists.split(message.getAllowMethods()))
                .allowHeaders(CommaLists.split(message.getAllowHeaders()))
                .exposeHeaders(CommaLists.split(message.getExposeHeaders()))
                .maxAge(maxAge(message.getMaxAge(), scope))
                .allowCredentials(
                        message.hasAllowCredentials()
                                ? message.getAllowCredentials().getValue()
                                : null)
                .build();
    }

    private static @Nullable Duration maxAge(String seconds, RouterScope scope) {
        if (seconds.isEmpty()) {
            return null;
        }
        try {
            long amount = Long.parseLong(seconds);
            return amount < 0 ? null : Duration.ofSeconds(amount); // not set if negative
        } catch (NumberFormatException e) {
            scope.warn("has a cors.max_age that is no number of seconds, which is left out");
            return null;
        }
    }
}
