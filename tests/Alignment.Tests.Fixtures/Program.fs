/// How a program of tests is run, and its tests counted.
module Alignment.Tests.Program

open System
open System.IO
open System.Reflection
open Expecto
open Expecto.Impl

/// Every value marked `[<Tests>]` in these assemblies: a new file of tests needs no line anywhere.
let testsOf (assemblies: Assembly list) = assemblies |> List.choose testFromAssembly |> fun all -> TestList(all, Normal) // Without a name of its own, which would stand before every test's.

/// What Expecto counted; the count is ours to print, on a line of its own that a machine can read.
let private counted (summary: TestRunSummary) =
    let failed = summary.failed.Length + summary.errored.Length
    let skipped = summary.ignored.Length

    if skipped > 0 then
        printfn "%d skipped, each with its reason above" skipped

    $"%d{summary.passed.Length} passed, %d{failed} failed"

/// Where the time goes: the lists that take longest, with the seconds that their tests take one by one.
let private slowest (summary: TestRunSummary) =
    summary.results
    |> List.groupBy (fun (test, _) -> List.head test.name)
    |> List.map (fun (list, tests) -> list, tests.Length, tests |> List.sumBy (fun (_, t) -> t.duration.TotalSeconds))
    |> List.sortByDescending (fun (_, _, seconds) -> seconds)
    |> List.truncate 12
    |> List.filter (fun (_, _, seconds) -> seconds > 10.0)

/// Runs them; gives the exit code.
let run (args: string[]) tests =
    // `align run` keeps what it runs: not in the folder that the tests are started from
    let runs = Directory.CreateTempSubdirectory "align-runs-"
    Environment.SetEnvironmentVariable("ALIGN_RUNS", runs.FullName)

    use _ = {
        new IDisposable with
            member _.Dispose() = runs.Delete(recursive = true)
    }

    let mutable summary = None

    let printers = {
        TestPrinters.defaultPrinter with
            summary =
                fun config result -> async {
                    do! TestPrinters.defaultPrinter.summary config result
                    summary <- Some result
                }
    }

    let settings = [
        CLIArguments.Printer printers
        CLIArguments.No_Spinner
        if Console.IsOutputRedirected then
            CLIArguments.Colours 0
    ]

    let exitCode = runTestsWithCLIArgs settings args tests

    match summary with
    | None -> exitCode // `--help`, `--list-tests`, or names that clash: nothing ran; there is nothing to count.
    | Some result when result.results.IsEmpty ->
        eprintfn "No test ran: the filter '%s' fits none. `--list-tests` names them all." (String.concat " " args)
        2
    | Some result ->
        for list, count, seconds in slowest result do
            printfn $"%6.1f{seconds} s in %d{count} tests of '%s{list}'"

        // Expecto resets the colour after its own last line, even where it uses none; ours must hold nothing else.
        stdout.WriteLine()
        stdout.WriteLine(counted result)
        exitCode
