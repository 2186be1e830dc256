package io.opensergo.spring;

import io.opensergo.governance.RequestRejectedException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** The method that answers a refused call. */
record Fallback(Method method, boolean takesRefusal) {

    /** Returns the fallback of a governed method, or throws what says how to declare it. */
    static Fallback of(Method governed, String name) {
        Fallback found = find(governed, name);
        if (found == null) {
            throw new IllegalStateException(
                    "@Governed of "
                            + governed
                            + " names the fallback '"
                            + name
                            + "', which is not there: declare it in "
                            + governed.getDeclaringClass().getName()
                            + " with the same parameters, and perhaps a"
                            + " RequestRejectedException after them, and the same result");
        }
        found.method.setAccessible(true);
        return found;
    }

    /** Returns the fallback of a governed method, or {@code null} if it is not there. */
    static @Nullable Fallback find(Method governed, String name) {
        Class<?>[] same = governed.getParameterTypes();
        Class<?>[] more = Arrays.copyOf(same, same.length + 1);
        more[same.length] = RequestRejectedException.class;
        Method withRefusal = find(governed, name, more);
        if (withRefusal != null) {
            return new Fallback(withRefusal, true);
        }
        Method plain = find(governed, name, same);
        return plain == null ? null : new Fallback(plain, false);
    }

    private static @Nullable Method find(Method governed, String name, Class<?>[] parameters) {
        for (Class<?> type = governed.getDeclaringClass();
                type != null;
                type = type.getSuperclass()) {
            for (Method each : type.getDeclaredMethods()) {
                if (each.getName().equals(name)
                        && Arrays.equals(each.getParameterTypes(), parameters)
                        && governed.getReturnType().isAssignableFrom(each.getReturnType())) {
                    return each;
                }
            }
        }
        return null;
    }

    @Nullable Object call(MethodInvocation invocation, RequestRejectedException refusal)
            throws Throwable {
        Object[] arguments = invocation.getArguments();
        if (takesRefusal) {
            arguments = Arrays.copyOf(arguments, arguments.length + 1);
            arguments[arguments.length - 1] = refusal;
        }
        try {
            return method.invoke(invocation.getThis(), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
