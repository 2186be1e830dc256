package io.opensergo.dubbo;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.dubbo.common.stream.StreamObserver;
import org.apache.dubbo.rpc.model.MethodDescriptor;
import org.apache.dubbo.rpc.model.MethodDescriptor.RpcType;

/**
 * What a call takes and gives. A stream is the type of its messages: a method takes those of the
 * observer that it returns, and gives those to the observer that it is passed.
 *
 * @param taken the types that it takes, in order
 * @param given the type that it gives, if any
 */
record Messages(List<Type> taken, List<Type> given) {

    static Messages of(MethodDescriptor method) {
        Method reflected = method.getMethod();
        if (reflected == null) { // of a generated stub, which knows the messages only
            return new Messages(
                    List.<Type>of(method.getParameterClasses()),
                    Stream.<Type>ofNullable(method.getReturnClass()).toList());
        }
        List<Type> parameters = List.of(reflected.getGenericParameterTypes());
        if (method.getRpcType() == RpcType.UNARY) {
            return new Messages(parameters, returned(method));
        }
        List<Type> plain = parameters.stream().filter(each -> !isObserver(each)).toList();
        List<Type> observed = parameters.stream().filter(Messages::isObserver).toList();
        Type returned = reflected.getGenericReturnType();
        return new Messages(
                isObserver(returned) ? List.of(message(returned)) : plain,
                observed.stream().map(Messages::message).toList());
    }

    /** Dubbo lists the class and the type, of a future those of its value; none if it is raw. */
    private static List<Type> returned(MethodDescriptor method) {
        Type[] types = method.getReturnTypes();
        return Stream.ofNullable(types)
                .flatMap(Stream::of)
                .filter(Objects::nonNull)
                .reduce((first, last) -> last)
                .filter(type -> type != void.class)
                .stream()
                .toList();
    }

    private static boolean isObserver(Type type) {
        Type raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
        return raw instanceof Class<?> c && StreamObserver.class.isAssignableFrom(c);
    }

    private static Type message(Type observer) {
        return observer instanceof ParameterizedType generic
                ? generic.getActualTypeArguments()[0]
                : Object.class;
    }
}
