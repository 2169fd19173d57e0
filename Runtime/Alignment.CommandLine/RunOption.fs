namespace Alignment.CommandLine

open Argu

/// The options of a run: one grammar for scripts, for `align solve`, `align check` and `--config` files.
[<HelpFlags("--help", "-h");
  HelpDescription("print this text, with all parameters of the game and settings of the solver")>]
type RunOption =
    | [<EqualsAssignmentOrSpaced>] Solver of NAME: string
    | [<EqualsAssignmentOrSpaced>] Set of ``KEY=VALUE``: string
    | [<EqualsAssignmentOrSpaced>] Sweep of ``KEY=VALUES``: string
    | [<EqualsAssignmentOrSpaced>] Batch of N: string
    | [<EqualsAssignmentOrSpaced>] Perturb of SCALE: string
    | [<EqualsAssignmentOrSpaced>] Steps of N: string
    | [<EqualsAssignmentOrSpaced>] Until of EXPR: string
    | [<EqualsAssignmentOrSpaced>] Seed of N: string
    | [<EqualsAssignmentOrSpaced>] Precision of TYPE: string
    | [<EqualsAssignmentOrSpaced>] Executor of NAME: string
    | [<EqualsAssignmentOrSpaced>] Device of NAME: string
    | [<EqualsAssignmentOrSpaced>] Threads of N: string
    | [<EqualsAssignmentOrSpaced>] Config of FILE: string
    | [<EqualsAssignmentOrSpaced>] Out of DIR: string
    | [<EqualsAssignmentOrSpaced>] Name of NAME: string
    | [<EqualsAssignmentOrSpaced>] Tag of TEXT: string
    | [<EqualsAssignmentOrSpaced>] Note of TEXT: string
    | [<EqualsAssignmentOrSpaced>] Group of NAME: string
    | [<EqualsAssignmentOrSpaced>] Resume of WHICH: string
    | [<EqualsAssignmentOrSpaced>] Checkpoint of SECONDS: string
    | [<EqualsAssignmentOrSpaced>] Keep of K: string
    | [<EqualsAssignmentOrSpaced>] Jobs of N: string
    | Json
    | Verbose
    | [<EqualsAssignmentOrSpaced>] Format of NAME: string
    | [<EqualsAssignmentOrSpaced>] Show of STAGE: string
    | Dry_Run

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Solver _ -> "how to solve it, as in prm+ or 'double_oracle(inner=lp)'; `align solvers` lists all"
            | Set _ -> "change one parameter of the game, or one setting of the solver; may be repeated"
            | Sweep _ ->
                "solve for each value of a parameter or setting, or of solver, precision, executor, device, steps, until: v1,v2,... or a..b; may be repeated. What can lie side by side is one batch, else each value is a kept run in a process of its own"
            | Batch _ -> "solve N copies at once, along the batch axis `copy`; for timing"
            | Perturb _ ->
                "add uniform noise of [-SCALE, SCALE) to the payoffs, drawn by the seed; with --sweep seed=a..b a game a seed"
            | Steps _ -> "do exactly N steps; with --until, do at most N (100000 when left out)"
            | Until _ ->
                "stop as soon as a rule holds, such as \"nash_conv < 1e-6 or seconds >= 60\"; exit code 3 if it never does"
            | Seed _ -> "seed of all draws, 0 when left out"
            | Precision _ -> "float32 or float64 (the default); certificates are float64 always"
            | Executor _ -> "where steps run: host (the default) or torch"
            | Device _ -> "the device of the executor: cpu (the default) or, for torch, cuda"
            | Threads _ -> "threads, all processors when left out; never changes a result"
            | Config _ -> "read options from a YAML file of `option: value` lines; the command line wins"
            | Out _ -> "keep the run in a new folder below DIR: what it is, its moments, checkpoints and result"
            | Name _ -> Keeping.Usage.name
            | Tag _ -> Keeping.Usage.tag
            | Note _ -> Keeping.Usage.note
            | Group _ -> Keeping.Usage.group
            | Resume _ -> Keeping.Usage.resume
            | Checkpoint _ -> Keeping.Usage.checkpoint
            | Keep _ ->
                "how many of the newest checkpoints to keep, 2 when left out, at least 1; the best is kept besides"
            | Jobs _ -> "processes at once of a sweep that needs several; all processors when left out"
            | Json -> Keeping.Usage.json
            | Verbose -> Keeping.Usage.verbose
            | Format _ -> "gambit: print an `NE,...` line a game on stdout, everything else on stderr; or json, or text"
            | Show _ -> "print a compiled stage (spec, ir or plan) and run nothing"
            | Dry_Run -> "print what would run and what it costs, and run nothing"
