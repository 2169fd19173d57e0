module Alignment.Tests.Outlook

open System
open System.Collections.Generic
open System.IO
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Tests.Fixtures

let private point step seconds (gap: float) = TracePoint(step, seconds, Dictionary(dict [ "game/nash_conv", gap ]))

/// A run that does 1,000 steps a second after half a second, and whose gap is 10 / steps.
let private points = [
    for k in 0..40 -> let step = int64 (1.2 ** float k) in point step (0.5 + float step / 1000.0) (10.0 / float step)
]

[<Tests>]
let tests =
    testList "outlook" [
        test "a gap that falls like a power of the steps is expected where it will be" {
            match Outlook.ends (Stop.NashConvBelow 1e-4) points with
            | Some seconds -> near 1e-6 100.5 seconds "100,000 steps at 1,000 a second"
            | None -> failtest "no outlook"
        }

        test "steps and seconds" {
            match Outlook.ends (Stop.AfterSteps 5_000L) points with
            | Some seconds -> near 1e-9 5.5 seconds "steps"
            | None -> failtest "no outlook"

            Expect.equal (Outlook.ends (Stop.AfterSeconds 60.0) points) (Some 60.0) "seconds"
        }

        test "either comes with the first, both with the last" {
            let ends rule =
                match Outlook.ends rule points with
                | Some seconds -> seconds
                | None -> failtest "no outlook"

            near 1e-9 5.5 (ends (Stop.NashConvBelow 1e-4 ||| Stop.AfterSteps 5_000L)) "either"
            near 1e-6 100.5 (ends (Stop.NashConvBelow 1e-4 &&& Stop.AfterSteps 5_000L)) "both"
        }

        test "nobody can tell before there are steps, nor of a gap that does not fall" {
            Expect.isNone (Outlook.ends (Stop.AfterSteps 10L) [ point 0L 0.0 1.0 ]) "no steps"

            Expect.isNone
                (Outlook.ends (Stop.NashConvBelow 1e-3) [ for k in 1L .. 20L -> point k (float k) 0.5 ])
                "flat"

            Expect.isNone
                (Outlook.ends (Stop.NashConvBelow 1e-3) [ for k in 1L .. 20L -> point k (float k) nan ])
                "no numbers"
        }

        test "bars are high where the figure is" {
            Expect.equal
                (Outlook.sparkline 8 [ for k in 7.0 .. -1.0 .. 0.0 -> exp k ])
                "█▇▆▅▄▃▂▁"
                "evenly on a logarithmic axis"

            Expect.equal
                (Outlook.sparkline 4 [ for k in 7.0 .. -1.0 .. 0.0 -> exp k ])
                "█▆▃▁"
                "the last of those that share a bar"

            Expect.equal (Outlook.sparkline 8 [ 1.0; 1.0; 1.0 ]) "▁▁▁" "flat"
            Expect.equal (Outlook.sparkline 8 [ 0.0; nan ]) "" "nothing to show"
        }

        test "what passes to the terminal is kept, from before there was a file too" {
            inFolder (fun folder ->
                use inner = new StringWriter()
                let path = Path.Combine(folder, "console.log")

                using (new ConsoleLog(inner)) (fun log ->
                    log.WriteLine "before"
                    log.Open path
                    log.Write "behind"
                    log.Write '!'
                    log.Keep " kept alone")

                Expect.equal (string inner) "before\nbehind!" "the terminal"
                Expect.equal (File.ReadAllText path) "before\nbehind! kept alone" "the file")
        }

        test "a file on a full disk keeps nothing from the terminal, and nothing else up" {
            if not (OperatingSystem.IsLinux()) then
                skiptest "there is no device here that is always full"

            // full from the first line on, or only once the file is open
            for before in [ "before\n"; "" ] do
                use inner = new StringWriter()

                using (new ConsoleLog(inner)) (fun log ->
                    log.Write before
                    log.Open "/dev/full"
                    log.WriteLine "behind"
                    log.Keep "kept alone")

                Expect.equal (string inner) (before + "behind\n") "the terminal"
        }
    ]
