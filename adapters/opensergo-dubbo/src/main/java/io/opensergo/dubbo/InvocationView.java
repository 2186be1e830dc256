package io.opensergo.dubbo;

import io.opensergo.governance.routing.RequestView;
import java.util.Map;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * A call as rules see it: its host is the interface of the service, its method the method, its
 * headers the attachments, {@code group}, {@code version}, and {@code arguments[0]} and so on, if
 * they are texts, numbers, truth values or constants of an enum.
 *
 * @param host the interface, perhaps without capitals
 * @param service the URL of the service: the consumer's, or the provider's
 */
record InvocationView(String host, URL service, Invocation invocation) implements RequestView {

    private static final String GROUP = "group";
    private static final String VERSION = "version";
    private static final String ARGUMENTS = "arguments[";

    @Override
    public @Nullable String method() {
        return RpcUtils.getMethodName(invocation);
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        if (lowerCaseName.equals(GROUP)) {
            return service.getGroup();
        }
        if (lowerCaseName.equals(VERSION)) {
            return service.getVersion();
        }
        if (lowerCaseName.startsWith(ARGUMENTS)) {
            return text(argument(lowerCaseName));
        }
        return text(attachment(lowerCaseName));
    }

    private @Nullable Object attachment(String lowerCaseName) {
        Object value = invocation.getObjectAttachmentWithoutConvert(lowerCaseName);
        if (value != null) {
            return value;
        }
        for (Map.Entry<String, Object> each : invocation.getObjectAttachments().entrySet()) {
            if (each.getKey().equalsIgnoreCase(lowerCaseName)) {
                return each.getValue();
            }
        }
        return null;
    }

    private @Nullable Object argument(String name) {
        Object[] arguments = RpcUtils.getArguments(invocation);
        int end = name.length() - 1;
        int index = 0;
        if (arguments == null || end <= ARGUMENTS.length() || name.charAt(end) != ']') {
            return null;
        }
        for (int i = ARGUMENTS.length(); i < end; i++) {
            int digit = Character.digit(name.charAt(i), 10);
            index = index * 10 + digit;
            if (digit < 0 || index >= arguments.length) {
                return null;
            }
        }
        return arguments[index];
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof Number
                        || value instanceof Boolean
                        || value instanceof Character
                        || value instanceof Enum
                ? value.toString()
                : null;
    }
}
