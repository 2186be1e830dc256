package io.opensergo.classpath;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.client.OpenSergoClients;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What is in the jar of the client that applications get. */
class ShadedJarTest {

    private static final String SHADED = "io/opensergo/client/internal/shaded/";

    /** A bundled library by the name it had before, also in text. */
    private static final Pattern BY_ITS_OLD_NAME =
            Pattern.compile(
                    "(?<!shaded/|github\\.)(io/grpc/|com/google/|io/perfmark/|io/opensergo/proto/)[\\w/$]*[A-Z]\\w*");

    private static final Pattern NAMED_CLASS =
            Pattern.compile("\"name\" *: *\"(io\\.opensergo\\.[\\w.$]+)\"");

    private static JarFile jar;
    private static Set<String> entries;

    @BeforeAll
    static void open() throws Exception {
        Path file =
                Path.of(
                        OpenSergoClients.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        jar = new JarFile(file.toFile());
        entries =
                jar.stream()
                        .filter(entry -> !entry.isDirectory())
                        .map(ZipEntry::getName)
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    private static String content(String entry) {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> classes() {
        return entries.stream().filter(entry -> entry.endsWith(".class"));
    }

    @Test
    void holdsTheClientTheLibrariesUnderPackagesOfOursAndNothingElse() {
        assertThat(classes().filter(entry -> !entry.startsWith(SHADED)))
                .isNotEmpty()
                .allMatch(
                        entry -> entry.matches("io/opensergo/client/(metrics/)?[\\w$-]+\\.class"));
        assertThat(classes().map(entry -> entry.replaceFirst(SHADED, "")))
                .anyMatch(entry -> entry.startsWith("io/grpc/"))
                .anyMatch(entry -> entry.startsWith("com/google/protobuf/"))
                .anyMatch(entry -> entry.startsWith("com/google/common/"))
                .anyMatch(entry -> entry.startsWith("com/google/gson/"))
                .anyMatch(entry -> entry.startsWith("io/perfmark/"))
                .anyMatch(entry -> entry.startsWith("io/opensergo/proto/internal/"));
        assertThat(entries.stream().filter(entry -> !entry.endsWith(".class")))
                .allMatch(
                        entry ->
                                entry.matches(
                                        "META-INF/(MANIFEST\\.MF|LICENSE|NOTICE|(native|native-image|sbom|services|third-party)/.*)"));
    }

    /** Else the class would be taken from the application's libraries, or not be found. */
    @Test
    void namesNoBundledLibraryByTheNameItHadBefore() {
        List<String> found = new ArrayList<>();
        classes()
                .forEach(
                        entry ->
                                BY_ITS_OLD_NAME
                                        .matcher(content(entry))
                                        .results()
                                        .map(MatchResult::group)
                                        .forEach(name -> found.add(entry + " names " + name)));
        assertThat(found).isEmpty();
    }

    @Test
    void noPublicSignatureMentionsABundledLibrary() throws ClassNotFoundException {
        List<String> names =
                classes()
                        .filter(entry -> !entry.startsWith(SHADED))
                        .filter(entry -> !entry.endsWith("package-info.class"))
                        .map(entry -> entry.replace(".class", "").replace('/', '.'))
                        .toList();
        int seen = 0;
        for (String name : names) {
            Class<?> type = Class.forName(name, false, getClass().getClassLoader());
            if (isVisible(type.getModifiers())) {
                seen++;
                assertThat(signatures(type)).as(name).noneMatch(ShadedJarTest::isBundled);
            }
        }
        assertThat(seen).isGreaterThan(5);
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static boolean isBundled(String typeName) {
        return typeName.contains(".internal.")
                || typeName.contains("io.grpc.")
                || typeName.contains("com.google.");
    }

    private static List<String> signatures(Class<?> type) {
        List<Type> types = new ArrayList<>();
        if (type.getGenericSuperclass() != null) {
            types.add(type.getGenericSuperclass());
        }
        types.addAll(Arrays.asList(type.getGenericInterfaces()));
        Stream<Executable> executables =
                Stream.concat(
                        Arrays.stream(type.getDeclaredMethods()),
                        Arrays.stream(type.getDeclaredConstructors()));
        executables
                .filter(ShadedJarTest::isVisible)
                .forEach(
                        each -> {
                            types.addAll(Arrays.asList(each.getGenericParameterTypes()));
                            types.addAll(Arrays.asList(each.getGenericExceptionTypes()));
                            if (each instanceof Method method) {
                                types.add(method.getGenericReturnType());
                            }
                        });
        Arrays.stream(type.getDeclaredFields())
                .filter(ShadedJarTest::isVisible)
                .map(Field::getGenericType)
                .forEach(types::add);
        if (type.isRecord()) {
            Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getGenericType)
                    .forEach(types::add);
        }
        return types.stream().map(Type::getTypeName).toList();
    }

    private static boolean isVisible(Member member) {
        return isVisible(member.getModifiers());
    }

    /** The name that Netty's NativeLibraryLoader looks for, on each system. */
    @Test
    void everyNativeLibraryHasThePrefixOfItsLoader() {
        String loader = "io/netty/util/internal/NativeLibraryLoader.class";
        String path = classes().filter(entry -> entry.endsWith(loader)).findFirst().orElseThrow();
        String prefix =
                path.substring(0, path.length() - loader.length())
                        .replace("_", "_1")
                        .replace('/', '_');

        List<String> natives =
                entries.stream().filter(entry -> entry.startsWith("META-INF/native/")).toList();

        assertThat(natives)
                .allMatch(
                        entry ->
                                entry.matches(
                                        "META-INF/native/(lib%1$s\\w+\\.(so|jnilib)|%1$s\\w+\\.dll)"
                                                .formatted(prefix)))
                .anyMatch(entry -> entry.endsWith("netty_tcnative_windows_x86_64.dll"))
                .anyMatch(entry -> entry.endsWith("netty_tcnative_osx_aarch_64.jnilib"))
                .anyMatch(entry -> entry.endsWith("netty_tcnative_linux_x86_64.so"))
                .anyMatch(entry -> entry.endsWith("netty_transport_native_epoll_aarch_64.so"));
    }

    @Test
    void everyServiceAndEachOfItsProvidersIsInTheJar() {
        List<String> services =
                entries.stream().filter(entry -> entry.startsWith("META-INF/services/")).toList();

        assertThat(services).hasSizeGreaterThan(3);
        for (String service : services) {
            String type = service.substring("META-INF/services/".length());
            if (!type.startsWith("reactor.blockhound.")) {
                assertThat(entries).contains(type.replace('.', '/') + ".class");
            }
            assertThat(
                            content(service)
                                    .lines()
                                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                                    .map(line -> line.strip().replace('.', '/') + ".class"))
                    .as(service)
                    .isNotEmpty()
                    .allMatch(entries::contains);
        }
    }

    /**
     * Netty's own, which names its classes and native libraries, by the names that they have here.
     */
    @Test
    void metadataForNativeImagesNamesClassesAndLibrariesOfTheJar() {
        List<String> files =
                entries.stream()
                        .filter(entry -> entry.startsWith("META-INF/native-image/"))
                        .toList();
        assertThat(files)
                .hasSizeGreaterThan(10)
                .allMatch(
                        file ->
                                file.startsWith(
                                        "META-INF/native-image/io.opensergo.client.internal.shaded/"));

        List<String> named = new ArrayList<>();
        for (String file : files) {
            assertThat(content(file)).as(file).doesNotContainPattern("(?<!shaded\\.)io\\.grpc\\.");
            NAMED_CLASS
                    .matcher(content(file))
                    .results()
                    .map(found -> found.group(1))
                    .forEach(named::add);
        }

        assertThat(named)
                .hasSizeGreaterThan(100)
                .allMatch(name -> entries.contains(name.replace('.', '/') + ".class"));
        String libraries =
                content(
                        "META-INF/native-image/io.opensergo.client.internal.shaded/"
                                + "netty-transport-classes-epoll/resource-config.json");
        assertThat(libraries).contains("\"pattern\":\".*netty_transport_native_epoll_.*");
    }

    /** The name of this one is what the bundled version is; none may lag behind. */
    @Test
    void namesWhatItHoldsWithVersionAndLicence() {
        String thirdParty = content("META-INF/third-party/THIRD-PARTY.txt");

        for (String library :
                List.of(
                        "grpc-core",
                        "protobuf-java",
                        "guava",
                        "failureaccess",
                        "gson",
                        "perfmark-api")) {
            assertThat(thirdParty).contains(library).contains(versionOf(library));
        }
        assertThat(thirdParty).doesNotContain("${").contains("Redistributions in binary form");
        assertThat(content("META-INF/LICENSE")).contains("Apache License");
        assertThat(content("META-INF/NOTICE")).contains("OpenSergo Reactive");
        assertThat(entries)
                .contains(
                        "META-INF/third-party/NOTICE.txt",
                        "META-INF/third-party/license/LICENSE.boringssl.txt");
    }

    @Test
    @DisabledIfSystemProperty(
            named = "maven.mode",
            matches = "offline=true",
            disabledReason = "Maven makes no SBOM while it is offline")
    void hasAnSbom() {
        assertThat(content("META-INF/sbom/application.cdx.json"))
                .contains("CycloneDX", "pkg:maven/com.google.protobuf/protobuf-java@");
    }

    private static String versionOf(String artifact) {
        Pattern name = Pattern.compile(artifact + "-(\\d[\\d.]*)(-jre)?\\.jar");
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> name.matcher(Path.of(entry).getFileName().toString()))
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isSignedByNobodyAndHasTheNameOfItsModule() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                .isEqualTo("io.opensergo.client");
        assertThat(jar.getManifest().getMainAttributes().getValue("Implementation-Version"))
                .isNotBlank();
        assertThat(jar.getManifest().getEntries()).isEmpty();
    }

    @Test
    void bringsUsersNoneOfWhatItHolds() throws IOException {
        Path file = Path.of(jar.getName());
        Path installed = Path.of(jar.getName().replaceFirst("\\.jar$", ".pom"));
        Path pom =
                Files.exists(installed)
                        ? installed
                        : file.resolveSibling("dependency-reduced-pom.xml");

        String dependencies =
                Files.readString(pom, UTF_8)
                        .replaceFirst("(?s).*<dependencies>(.*)</dependencies>.*", "$1");

        assertThat(dependencies)
                .contains("opensergo-api", "reactor-core", "slf4j-api")
                .doesNotContain(
                        "opensergo-client-core",
                        "opensergo-proto",
                        "grpc",
                        "protobuf",
                        "guava",
                        "gson");
    }
}
