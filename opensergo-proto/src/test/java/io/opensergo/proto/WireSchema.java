package io.opensergo.proto;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Messages described by tables of {@code number name [repeated|optional] type}, and by nothing that
 * was generated.
 */
final class WireSchema {

    private final Map<String, Descriptor> messages = new LinkedHashMap<>();
    private final List<FileDescriptor> files =
            new ArrayList<>(
                    List.of(
                            AnyProto.getDescriptor(),
                            DurationProto.getDescriptor(),
                            StructProto.getDescriptor(),
                            TimestampProto.getDescriptor(),
                            WrappersProto.getDescriptor()));

    /** Adds a package: lines of {@code message Name}, its fields, {@code enum Name}, its values. */
    WireSchema with(String protoPackage, String table) {
        var file =
                FileDescriptorProto.newBuilder()
                        .setName(protoPackage + ".proto")
                        .setPackage(protoPackage)
                        .setSyntax("proto3");
        files.forEach(each -> file.addDependency(each.getName()));
        List<String> block = new ArrayList<>();
        for (String line : (table + "\nend").lines().map(String::strip).toList()) {
            if (line.startsWith("message ") || line.startsWith("enum ") || line.equals("end")) {
                add(block, file);
                block.clear();
            }
            block.add(line);
        }
        try {
            FileDescriptor built =
                    FileDescriptor.buildFrom(file.build(), files.toArray(FileDescriptor[]::new));
            files.add(built);
            built.getMessageTypes().forEach(this::register);
        } catch (DescriptorValidationException e) {
            throw new IllegalArgumentException(e);
        }
        return this;
    }

    private void register(Descriptor message) {
        messages.put(message.getFullName(), message);
        message.getNestedTypes().forEach(this::register);
    }

    Map<String, Descriptor> messages() {
        return messages;
    }

    private static void add(List<String> block, FileDescriptorProto.Builder file) {
        if (block.isEmpty()) {
            return;
        }
        String[] head = block.get(0).split(" ", -1);
        List<String> body =
                block.subList(1, block.size()).stream().filter(s -> !s.isEmpty()).toList();
        int dot = head[1].indexOf('.');
        DescriptorProto.Builder outer =
                dot < 0
                        ? null
                        : file.getMessageTypeBuilderList().stream()
                                .filter(each -> each.getName().equals(head[1].substring(0, dot)))
                                .findFirst()
                                .orElseThrow();
        String name = head[1].substring(dot + 1);
        if (head[0].equals("enum")) {
            EnumDescriptorProto values = enumOf(name, body);
            if (outer == null) {
                file.addEnumType(values);
            } else {
                outer.addEnumType(values);
            }
        } else if (outer == null) {
            file.addMessageType(messageOf(name, body));
        } else {
            outer.addNestedType(messageOf(name, body));
        }
    }

    private static EnumDescriptorProto enumOf(String name, List<String> values) {
        var proto = EnumDescriptorProto.newBuilder().setName(name);
        for (String value : values) {
            String[] words = value.split(" ", -1);
            proto.addValue(
                    EnumValueDescriptorProto.newBuilder()
                            .setName(words[0])
                            .setNumber(Integer.parseInt(words[1])));
        }
        return proto.build();
    }

    private static DescriptorProto messageOf(String name, List<String> fields) {
        var proto = DescriptorProto.newBuilder().setName(name);
        for (String line : fields) {
            String[] words = line.split(" ", -1);
            String type = words[words.length - 1];
            var field =
                    FieldDescriptorProto.newBuilder()
                            .setNumber(Integer.parseInt(words[0]))
                            .setName(words[1])
                            .setLabel(
                                    words[2].equals("repeated")
                                            ? Label.LABEL_REPEATED
                                            : Label.LABEL_OPTIONAL);
            if (Character.isLowerCase(type.charAt(0)) && type.indexOf('.') < 0) {
                field.setType(
                        FieldDescriptorProto.Type.valueOf("TYPE_" + type.toUpperCase(Locale.ROOT)));
            } else {
                field.setTypeName(type);
            }
            if (words[2].equals("optional")) {
                field.setProto3Optional(true).setOneofIndex(proto.getOneofDeclCount());
                proto.addOneofDeclBuilder().setName("_" + words[1]);
            }
            proto.addField(field);
        }
        return proto.build();
    }
}
