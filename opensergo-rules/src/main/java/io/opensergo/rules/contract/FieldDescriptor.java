package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * A field of a type.
 *
 * @param name its name
 * @param number its number in the type, 0 or more; 0 where the framework has none
 * @param label how often it is there; {@link FieldDescriptor.Label#UNSPECIFIED} if left out
 * @param type what it holds
 * @param typeName the name of that type if it is a {@link FieldDescriptor.Type#MESSAGE} or an
 *     {@link FieldDescriptor.Type#ENUM}, or {@code null}
 * @param description what it is for, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record FieldDescriptor(
        String name,
        @Opt int number,
        @Opt Label label,
        Type type,
        @Nullable String typeName,
        @Nullable String description) {

    /**
     * Checks the constraints.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty or the number negative
     */
    public FieldDescriptor {
        label = label == null ? Label.UNSPECIFIED : label;
        var violations = new Violations();
        violations.text("name", name);
        violations.range("number", number, 0, Integer.MAX_VALUE);
        violations.required("type", type);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static FieldDescriptorBuilders.Name builder() {
        return FieldDescriptorBuilder.builder();
    }

    /** Starts a builder from these values. */
    public FieldDescriptorBuilder toBuilder() {
        return FieldDescriptorBuilder.from(this);
    }

    /** How often a field is there. */
    public enum Label {
        /** Not said. */
        UNSPECIFIED,
        /** Once or not at all. */
        OPTIONAL,
        /** Once. */
        REQUIRED,
        /** Any number of times. */
        REPEATED
    }

    /** What a field holds, in the terms of protobuf. */
    public enum Type {
        /** Not said. */
        UNSPECIFIED,
        /** 64 bits, floating point. */
        DOUBLE,
        /** 32 bits, floating point. */
        FLOAT,
        /** 64 bits, signed. */
        INT64,
        /** 64 bits, unsigned. */
        UINT64,
        /** 32 bits, signed. */
        INT32,
        /** 64 bits, unsigned, always eight bytes on the wire. */
        FIXED64,
        /** 32 bits, unsigned, always four bytes on the wire. */
        FIXED32,
        /** True or false. */
        BOOL,
        /** Text. */
        STRING,
        /** A group of protobuf 2, which protobuf itself has given up. */
        GROUP,
        /** Another type, which {@code typeName} names. */
        MESSAGE,
        /** Bytes. */
        BYTES,
        /** 32 bits, unsigned. */
        UINT32,
        /** One of several names, which {@code typeName} names the type of. */
        ENUM,
        /** 32 bits, signed, always four bytes on the wire. */
        SFIXED32,
        /** 64 bits, signed, always eight bytes on the wire. */
        SFIXED64,
        /** 32 bits, signed, short on the wire when negative. */
        SINT32,
        /** 64 bits, signed, short on the wire when negative. */
        SINT64
    }
}
