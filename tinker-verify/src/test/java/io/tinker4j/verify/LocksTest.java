package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * No lock of the library is held while something is waited for or a user's code runs: whoever wants
 * the lock would wait, too. What is written to the journal's file under its lock is no such thing.
 */
class LocksTest {
  /** Classes and their methods that wait for the network, for time or for others. */
  private static final Map<String, Set<String>> WAITING =
      Map.of(
          "io.tinker4j.transport.Transport", Set.of("send"),
          "io.tinker4j.transport.Time", Set.of("sleep"),
          "io.tinker4j.transport.CredentialSource", Set.of("credential"),
          "java.lang.Thread", Set.of("sleep", "join"),
          "java.util.concurrent.CompletableFuture", Set.of("get", "join", "complete"),
          "java.util.concurrent.CountDownLatch", Set.of("await"),
          "java.util.concurrent.Semaphore", Set.of("acquire"),
          "java.util.concurrent.BlockingQueue", Set.of("take", "put"),
          "java.net.http.HttpClient", Set.of("send", "close", "awaitTermination"),
          "java.lang.Process", Set.of("waitFor"));

  /** Interfaces that users implement: all their methods are a user's code. */
  private static final Set<String> USERS =
      Set.of(
          "io.tinker4j.transport.TinkerListener",
          "io.tinker4j.training.QueueStateListener",
          "io.tinker4j.training.SessionListener",
          "io.tinker4j.recovery.ExperimentTracker",
          "io.tinker4j.training.loss.CustomLoss");

  private final JavaClasses library =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tinker4j.transport", "io.tinker4j.training", "io.tinker4j.recovery");

  private final Map<JavaCodeUnit, Optional<String>> known = new HashMap<>();

  @Test
  void locks_areNotHeldOverWaitsOrUsersCode() {
    List<String> found = new ArrayList<>();
    int sections = 0;
    for (JavaCodeUnit unit : units()) {
      List<JavaMethodCall> calls = List.copyOf(unit.getMethodCallsFromSelf());
      int first =
          lines(calls, "lock", "lockInterruptibly").stream().min(Integer::compare).orElse(0);
      int last = lines(calls, "unlock").stream().max(Integer::compare).orElse(0);
      if (first == 0) {
        continue;
      }
      sections++;
      for (JavaMethodCall call : calls) {
        if (call.getLineNumber() >= first && call.getLineNumber() <= last) {
          waits(call.getTarget(), new HashSet<>())
              .ifPresent(how ->
                  found.add(
                      "%s (line %d) holds a lock over %s"
                          .formatted(unit.getFullName(), call.getLineNumber(), how)));
        }
      }
    }

    assertThat(found).isEmpty();
    assertThat(sections).as("methods that lock").isGreaterThan(50);
  }

  private Set<JavaCodeUnit> units() {
    return library.stream()
        .flatMap(type -> type.getCodeUnits().stream())
        .collect(Collectors.toSet());
  }

  private static List<Integer> lines(List<JavaMethodCall> calls, String... names) {
    return calls.stream()
        .filter(call -> call.getTargetOwner().isEquivalentTo(ReentrantLock.class))
        .filter(call -> Set.of(names).contains(call.getName()))
        .map(JavaMethodCall::getLineNumber)
        .toList();
  }

  /** How a call comes to wait; empty when it does not. */
  private Optional<String> waits(CodeUnitCallTarget target, Set<JavaCodeUnit> path) {
    String owner = target.getOwner().getFullName();
    if (WAITING.getOrDefault(owner, Set.of()).contains(target.getName()) || USERS.contains(owner)) {
      return Optional.of(target.getFullName());
    }
    return target.resolveMember().map(member -> (JavaCodeUnit) member).stream()
        .flatMap(unit -> withImplementations(unit).stream())
        .map(unit -> waits(unit, path))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** An interface of the library's own that is called may be any of its classes. */
  private Set<JavaCodeUnit> withImplementations(JavaCodeUnit unit) {
    Set<JavaCodeUnit> all = new HashSet<>(Set.of(unit));
    if (unit instanceof JavaMethod method && unit.getOwner().isInterface() && isOurs(unit)) {
      unit.getOwner().getAllSubclasses().stream()
          .map(type ->
              type.tryGetMethod(
                  method.getName(),
                  method.getRawParameterTypes().stream()
                      .map(each -> each.getFullName())
                      .toArray(String[]::new)))
          .flatMap(Optional::stream)
          .forEach(all::add);
    }
    return all;
  }

  private Optional<String> waits(JavaCodeUnit unit, Set<JavaCodeUnit> path) {
    if (known.containsKey(unit)) {
      return known.getOrDefault(unit, Optional.empty());
    }
    if (!path.add(unit) || !isOurs(unit)) {
      return Optional.empty();
    }
    Optional<String> how = Optional.empty();
    for (JavaMethodCall call : unit.getMethodCallsFromSelf()) {
      if (call.isDeclaredInLambda()) {
        continue; // runs whenever whoever gets it runs it
      }
      Optional<String> inner = waits(call.getTarget(), path);
      if (inner.isPresent()) {
        how =
            Optional.of(
                unit.getOwner().getSimpleName() + "." + unit.getName() + " > " + inner.get());
        break;
      }
    }
    known.put(unit, how);
    return how;
  }

  private static boolean isOurs(JavaCodeUnit unit) {
    return unit.getOwner().getPackageName().startsWith("io.tinker4j");
  }
}
