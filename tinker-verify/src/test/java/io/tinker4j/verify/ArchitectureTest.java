package io.tinker4j.verify;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The rules of the house; nothing is exempted. All of its classes are a large graph, which goes
 * with this test's one instance.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  private static final String CLI = "io.tinker4j.cli..";
  private static final String EXAMPLES = "io.tinker4j.examples..";
  private static final String TESTKIT = "io.tinker4j.testkit..";
  private static final String PROTO = "io.tinker4j.types.proto..";

  /** Everything the project writes or generates, without tests and what others wrote. */
  private final JavaClasses house =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/io/tinker4j/testkit/shaded/"))
          .importPackages("io.tinker4j");

  /** The same without what protoc generates, whose style is not ours. */
  private final JavaClasses ours = house.that(resideOutsideOfPackages(PROTO));

  /** The published library without programs and the test server. */
  private final JavaClasses library = ours.that(resideOutsideOfPackages(CLI, EXAMPLES, TESTKIT));

  @Test
  void layers_pointDown() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("types")
        .definedBy("io.tinker4j.types..")
        .layer("transport")
        .definedBy("io.tinker4j.transport..")
        .layer("training")
        .definedBy("io.tinker4j.training..")
        .layer("recovery")
        .definedBy("io.tinker4j.recovery..")
        .layer("text")
        .definedBy("io.tinker4j.text..")
        .layer("recipes")
        .definedBy("io.tinker4j.recipes..")
        .layer("testkit")
        .definedBy(TESTKIT)
        .layer("conformance")
        .definedBy("io.tinker4j.conformance..")
        .layer("health")
        .definedBy("io.tinker4j.health..")
        .layer("mlflow")
        .definedBy("io.tinker4j.mlflow..")
        .layer("cli")
        .definedBy(CLI)
        .layer("examples")
        .definedBy(EXAMPLES)
        .whereLayer("types")
        .mayNotAccessAnyLayer()
        .whereLayer("transport")
        .mayOnlyAccessLayers("types")
        .whereLayer("training")
        .mayOnlyAccessLayers("transport", "types")
        .whereLayer("recovery")
        .mayOnlyAccessLayers("training", "transport", "types")
        .whereLayer("text")
        .mayOnlyAccessLayers("recovery", "training", "transport", "types")
        .whereLayer("recipes")
        .mayOnlyAccessLayers("text", "recovery", "training", "transport", "types")
        .whereLayer("testkit")
        .mayOnlyAccessLayers("transport", "types")
        .whereLayer("conformance")
        .mayOnlyAccessLayers("transport", "types")
        .whereLayer("health")
        .mayOnlyAccessLayers("training", "transport", "types")
        .whereLayer("mlflow")
        .mayOnlyAccessLayers("recovery", "training", "transport", "types")
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("examples")
        .whereLayer("examples")
        .mayNotBeAccessedByAnyLayer()
        .check(house);
  }

  @Test
  void packages_areAcyclic() {
    slices().matching("io.tinker4j.(**)").should().beFreeOfCycles().check(house);
  }

  @Test
  void publicSignatures_useTheJdkAndExportedTypes() {
    DescribedPredicate<JavaClass> known =
        resideInAPackage("java..")
            .or(resideInAPackage("javax.net.ssl.."))
            .or(Modules.exported())
            // Shared by the clients of one service client, which are in another module.
            .or(
                DescribedPredicate.describe(
                    "threads", is -> is.getSimpleName().equals("TinkerThreads")))
            .or(DescribedPredicate.describe("a primitive", JavaClass::isPrimitive));
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(partOfTheApi())
        .should(haveOnly(known))
        .check(library);
  }

  /**
   * The conformance suite has a door of its own: it asks whether servers keep to the protocol, and
   * what the SDK's transport does to requests must not get in between. So have tokenizers and the
   * command, whose hub speaks another protocol and has its files elsewhere.
   */
  @Test
  void httpClient_hasOneDoorInTheLibraryAndOneForEachOtherProtocol() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.net.http.HttpClient")
        .check(
            topLevel(
                topLevel(
                    topLevel(topLevel(ours, "JdkTransport"), "conformance\\.Probe"), "HubDownload"),
                "HubClient"));
  }

  /**
   * The client reads leniently and the test server strictly, and what is no message of the protocol
   * is read as trees: one door in each.
   */
  @Test
  void jsonMapper_hasOneDoorForEachWayOfReading() {
    ArchRule noMapper =
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson.databind.json..");
    noMapper.check(
        topLevel(topLevel(ours.that(resideOutsideOfPackages(TESTKIT)), "JsonCodec"), "JsonTrees"));
    noMapper.check(topLevel(ours.that(resideInAPackage(TESTKIT)), "JsonBodies"));
  }

  @Test
  void environment_hasOneDoor() {
    noClasses()
        .should()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .check(topLevel(library, "Environment"));
  }

  @Test
  void clock_hasOneDoor() {
    noClasses()
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .check(topLevel(topLevel(library, "Time"), "SystemTime"));
  }

  @Test
  void threads_haveOneDoor() {
    noClasses()
        .should()
        .callMethod(Thread.class, "ofVirtual")
        .orShould()
        .callMethod(Thread.class, "ofPlatform")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.Executors")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.ThreadLocal")
        .check(
            topLevel(topLevel(topLevel(library, "TinkerThreads"), "SystemTime"), "JdkTransport"));
  }

  @Test
  void nothing_isSynchronized() {
    methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(library);
  }

  @Test
  void systemOut_isForPrograms() {
    noClasses()
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(ours.that(resideOutsideOfPackages(CLI, EXAMPLES)));
  }

  @Test
  void exceptions_areOurs() {
    classes()
        .that()
        .areAssignableTo(Throwable.class)
        .and()
        .resideOutsideOfPackage(CLI)
        .and()
        .arePublic()
        .and(partOfTheApi())
        .should()
        .beAssignableTo("io.tinker4j.transport.TinkerException")
        .andShould()
        .haveSimpleNameEndingWith("Exception")
        .check(library);
  }

  @Test
  void optionals_areReturnTypes() {
    noFields()
        .that()
        .areDeclaredInClassesThat(
            DescribedPredicate.describe("no records", type -> !type.isRecord()))
        .should()
        .haveRawType(Optional.class)
        .check(handWritten(ours));
    methods()
        .should(
            new ArchCondition<JavaMethod>("not take an Optional") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                boolean takes =
                    method.getRawParameterTypes().stream()
                        .anyMatch(type -> type.isEquivalentTo(Optional.class));
                events.add(new SimpleConditionEvent(method, !takes, method.getFullName()));
              }
            })
        .check(handWritten(ours));
  }

  @Test
  void names_sayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Impl|Utils?|Helper|Manager)")
        .check(house.that(resideOutsideOfPackages(PROTO)));
  }

  @Test
  void packages_areNullMarkedAndDescribed() {
    for (JavaPackage each : ours.getPackage("io.tinker4j").getSubpackagesInTree()) {
      boolean isOurs = !each.getName().endsWith(".proto") && !each.getName().contains(".shaded");
      if (isOurs && !each.getClasses().isEmpty()) {
        assertThat(each.isAnnotatedWith(NullMarked.class)).as(each.getName()).isTrue();
      }
    }
  }

  @Test
  void constants_areFinal() {
    fields().that().areStatic().should().beFinal().check(handWritten(ours));
  }

  @Test
  void publicClasses_areFinalOrMeantToBeExtended() {
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and()
        .areNotInterfaces()
        .and(DescribedPredicate.not(modifier(JavaModifier.ABSTRACT)))
        .and()
        .areNotAssignableTo(Throwable.class)
        .and(Modules.exported())
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(ours);
  }

  @Test
  void constructors_ofPublicClassesAreNotPublic() {
    constructors()
        .that()
        .areDeclaredInClassesThat(
            modifier(JavaModifier.PUBLIC)
                .and(partOfTheApi())
                .and(DescribedPredicate.not(assignableToRecordOrThrowable())))
        .should()
        .notBePublic()
        .check(library);
  }

  private static DescribedPredicate<JavaClass> assignableToRecordOrThrowable() {
    return DescribedPredicate.describe(
        "a record or an exception",
        type -> type.isRecord() || type.isAssignableTo(Throwable.class));
  }

  /** Jackson's readers and writers are public only as far as their types' package. */
  private static DescribedPredicate<JavaClass> partOfTheApi() {
    return DescribedPredicate.describe(
        "part of the API",
        type ->
            Modules.exported().test(type)
                && type.getEnclosingClass()
                    .map(outer -> outer.getModifiers().contains(JavaModifier.PUBLIC))
                    .orElse(true)
                && !type.isAssignableTo("tools.jackson.databind.ValueSerializer")
                && !type.isAssignableTo("tools.jackson.databind.ValueDeserializer"));
  }

  private static DescribedPredicate<JavaClass> modifier(JavaModifier modifier) {
    return DescribedPredicate.describe(
        "with modifier " + modifier, type -> type.getModifiers().contains(modifier));
  }

  /** Without what Immutables generates. */
  private static JavaClasses handWritten(JavaClasses classes) {
    return classes.that(
        DescribedPredicate.not(
                DescribedPredicate.<JavaClass>describe(
                    "generated", type -> type.getName().contains("Immutable")))
            .and(DescribedPredicate.not(annotatedWith("org.immutables.value.Generated"))));
  }

  /** Without the one class, and those nested in it, that is the door. */
  private static JavaClasses topLevel(JavaClasses classes, String door) {
    return classes.that(
        DescribedPredicate.describe(
            "other than " + door, type -> !type.getName().matches(".*\\." + door + "(\\$.*)?")));
  }

  private static ArchCondition<JavaMethod> haveOnly(DescribedPredicate<JavaClass> known) {
    return new ArchCondition<>("use " + known.getDescription()) {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        for (JavaClass type : involved(method)) {
          JavaClass element = type.isArray() ? type.getBaseComponentType() : type;
          boolean fine = known.test(element);
          events.add(
              new SimpleConditionEvent(method, fine, method.getFullName() + ": " + type.getName()));
        }
      }
    };
  }

  private static List<JavaClass> involved(JavaMember member) {
    return List.copyOf(member.getAllInvolvedRawTypes());
  }
}
