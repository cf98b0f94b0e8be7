"""What the synthetic issues are put together from. {Names} in braces are filled in by newsroom/synthetic/prose.py."""

from typing import NamedTuple


class Topic(NamedTuple):
    """What a story may be about: the tags it may bear, headlines for it, and sentences that tell of it."""

    tags: tuple[str, ...]
    headlines: tuple[str, ...]
    sentences: tuple[str, ...]


# Everybody knows these: a name, where it is at home, and another spelling.
WELL_KNOWN = (
    ("Huawei", "China", "华为"),
    ("Baidu", "China", "百度"),
    ("Alibaba", "China", "阿里巴巴"),
    ("Tencent", "China", "腾讯"),
    ("iFLYTEK", "China", "科大讯飞"),
    ("DJI", "China", "大疆"),
    ("BYD", "China", "比亚迪"),
    ("SMIC", "China", "中芯国际"),
    ("Xiaomi", "China", "小米"),
    ("SenseTime", "China", "商汤科技"),
    ("Unitree", "China", "宇树科技"),
    ("DeepSeek", "China", "深度求索"),
    ("ByteDance", "China", "字节跳动"),
    ("Cambricon", "China", "寒武纪"),
    ("JD.com", "China", "京东"),
    ("NVIDIA", "US", "英伟达"),
    ("Google", "US", "谷歌"),
    ("Microsoft", "US", "微软"),
    ("OpenAI", "US", ""),
    ("Meta", "US", ""),
    ("Amazon", "US", "亚马逊"),
    ("Tesla", "US", "特斯拉"),
    ("IBM", "US", ""),
    ("Intel", "US", "英特尔"),
    ("AMD", "US", ""),
    ("Boston Dynamics", "US", "波士顿动力"),
    ("TSMC", "Taiwan", "台积电"),
    ("Samsung", "South Korea", "三星"),
    ("SoftBank", "Japan", "软银"),
    ("Fanuc", "Japan", "发那科"),
    ("ABB", "Switzerland", ""),
    ("Siemens", "Germany", "西门子"),
    ("ASML", "Netherlands", "阿斯麦"),
    ("Mistral AI", "France", ""),
    ("Arm", "UK", ""),
)

# All others are invented: a beginning and an ending make a name.
CHINESE_BEGINNINGS = (
    *("Yunshan", "Haoxing", "Qinghe", "Lingyao", "Zhanlan", "Muguang", "Tianquan", "Xinghai", "Beichuan", "Nanhu"),
    *("Jinfeng", "Hongtu", "Ruiying", "Shuoyue", "Canglang", "Feiyan", "Guanshan", "Luoyun", "Mingde", "Pengcheng"),
    *("Qiming", "Songhe", "Tingyu", "Wanxiang", "Xuanji", "Yaoguang", "Zhuque", "Bingyan", "Chenhui", "Dongli"),
)
CHINESE_ENDINGS = ("Robotics", "Intelligence", "Semiconductor", "Zhihui", "Microsystems")
OTHER_BEGINNINGS = (
    *("Aldermoor", "Brightwell", "Calderon", "Dunmore", "Eastvale", "Fenwick", "Glasshouse", "Harrowgate", "Ironwood"),
    *("Juniper Row", "Kestrel Bay", "Larkfield", "Marchetti", "Nordvik", "Oakhaven", "Pinecrest", "Quillon", "Ravello"),
    *("Silverlake", "Thornbury", "Umbria", "Valemont", "Westerholm", "Yarrow", "Zephyrine", "Ambleside", "Bergholt"),
    *("Corvane", "Delphos", "Elmgate"),
)
OTHER_ENDINGS = ("Robotics", "Systems", "Labs", "Dynamics", "Compute")
COUNTRIES = (
    *("US", "US", "US", "US", "UK", "UK", "Germany", "France", "Japan", "South Korea", "Israel", "India", "Canada"),
    *("Netherlands", "Sweden", "Switzerland", "Singapore", "Brazil", "Spain", "Finland"),
)

SOURCES = (
    *("Yangtze Ledger", "Meridian Dispatch", "Pearl Delta Courier", "Kunlun Technology Review", "Harbour Gazette"),
    *(
        "The Circuit Observer",
        "Bohai Business Post",
        "Northern Lights Bulletin",
        "Rhine Industry Letter",
        "Loess Daily",
    ),
    *("Transit & Machine", "The Ethics Register", "Silk Road Monitor", "Atlantic Policy Sheet", "Lantern Wire"),
    *("Huangpu Evening Record", "Model & Method", "Factory Floor Weekly", "Pacific Chip Report", "Grand Canal Times"),
    *("The Regulator’s Notebook", "Semaphore Quarterly", "Jade Gate Review", "Open Weights Digest", "Terminus Herald"),
)
INVENTED = "The Synthetic Wire"  # who is credited for every issue

CHINESE_CITIES = (
    *("Beijing", "Shanghai", "Shenzhen", "Hangzhou", "Guangzhou", "Nanjing", "Suzhou", "Wuhan", "Chengdu", "Hefei"),
    *("Xi’an", "Chongqing", "Tianjin", "Qingdao", "Dongguan", "Changsha", "Shenyang", "Harbin", "Wuxi", "Guiyang"),
)
OTHER_CITIES = (
    *("San Francisco", "Boston", "London", "Cambridge", "Berlin", "Munich", "Paris", "Zurich", "Seoul", "Tokyo"),
    *("Singapore", "Bangalore", "Tel Aviv", "Toronto", "Stockholm", "Amsterdam", "Austin", "Pittsburgh", "Brussels"),
    *("São Paulo", "Helsinki", "Geneva", "Nairobi", "Dubai"),
)
CHINESE_SCHOOLS = (
    *("Tsinghua University", "Peking University", "Zhejiang University", "Fudan University"),
    *("the Chinese Academy of Sciences", "Shanghai Jiao Tong University", "the Harbin Institute of Technology"),
)
OTHER_SCHOOLS = (
    *("MIT", "Stanford University", "ETH Zurich", "the University of Oxford", "Carnegie Mellon University"),
    *("KAIST", "the University of Tokyo", "the Technical University of Munich", "Imperial College London"),
)
TERMS = (
    *("artificial intelligence (人工智能)", "embodied intelligence (具身智能)", "large models (大模型)"),
    *("computing power (算力)", "humanoid robots (人形机器人)", "new quality productive forces (新质生产力)"),
    *("intelligent manufacturing (智能制造)", "autonomous driving (自动驾驶)", "the low-altitude economy (低空经济)"),
    *("domestic substitution (国产替代)", "data elements (数据要素)", "industrial internet (工业互联网)"),
)
PEOPLE = (
    *("Li Wenhao", "Zhang Yuqing", "Chen Moran", "Wang Ziyi", "Liu Jianan", "Zhao Tingwei", "Sun Haoran", "Xu Minghui"),
    *("Anna Lindqvist", "Peter Oduya", "Maria Castellano", "James Whitcombe", "Yuki Tanabe", "Sofia Brandt"),
    *("Daniel Okafor", "Claire Fontenay", "Rahul Menon", "Hannah Weiss"),
)
ROLES = ("chief executive", "chief scientist", "head of research", "vice-president", "founder", "head of policy")
PRODUCTS = (
    *("warehouse robot", "speech model", "training chip", "inspection drone", "surgical arm", "driver-assistance kit"),
    *("translation earpiece", "welding cell", "vision sensor", "delivery rover", "reasoning model", "lidar unit"),
)

TOPICS = (
    Topic(
        ("Chips", "Semiconductors", "Export controls", "Lithography", "Packaging"),
        (
            "{C} Tapes Out Its First {n}-Nanometre Training Chip",
            "{city} Opens a Packaging Line for AI Chips",
            "{C} and {D} Settle a Dispute over Chip Patents",
            "Chip Orders at {C} Rise {pct} in a Quarter",
            "{C} Sends Test Wafers to {D}",
            "Export Rules Leave {C} with {money} of Unsold Stock",
        ),
        (
            "{C} says that its new accelerator has {pct} of the speed of the one it replaces, at {pct} of the cost.",
            "The line in {city} is to package {big} wafers a year once its second clean room opens.",
            "Engineers at {school} measured the chip at {n} teraflops per watt, a little below what {C} had promised.",
            "Under the present export rules, {D} may deliver the equipment, but no service for it.",
            "Analysts put the cost of the move at {money}, most of it for tools that have no second supplier.",
            "Yields have risen to {pct} from {pct} a year before, {person}, {role} at {C}, told reporters.",
            "Older nodes remain where the money is: they brought {C} {money} last year.",
        ),
    ),
    Topic(
        ("Robots", "Humanoids", "Automation", "Factories"),
        (
            "{C} Puts {n} Humanoids on the Line in {city}",
            "{city} Subsidises Robots for {big} Small Factories",
            "{C} Cuts the Price of Its {product} by {pct}",
            "Robots from {C} Learn a Task by Watching {D}’s Workers",
            "{C} Halts Deliveries of Its {product} after a Fault",
            "{D} Orders {big} Robots from {C}",
        ),
        (
            "The machines carry parts between {n} stations and stop when a person comes nearer than two metres.",
            "{C} has built {big} of them so far, and says that each costs {money2} to make.",
            "A trial with {D} in {city} cut the time for a changeover by {pct}.",
            "The subsidy covers {pct} of the price, up to {money2} for each firm.",
            "Unions ask who is liable when a robot that learned by itself hurts somebody.",
            "Most falls happen on stairs; {C} counts one in {big} steps.",
            "{person} of {school} calls the hands the hard part: “They are {pct} of the cost and of the faults.”",
        ),
    ),
    Topic(
        ("Large models", "Open weights", "Benchmarks", "Generative AI"),
        (
            "{C} Opens the Weights of Its {n}-Billion-Parameter Model",
            "{C}’s New Model Answers in {n} Languages",
            "{C} Cuts the Price of a Million Words by {pct}",
            "A Model from {city} Leads the Tables for a Week",
            "{C} and {D} Share a Model for Industry",
            "{C} Delays Its Next Model by {n} Weeks",
        ),
        (
            "The model was trained on {big} chips within {n} weeks, {C} says, for {money}.",
            "On long documents it makes {pct} fewer errors than the one before; on arithmetic nothing has changed.",
            "{D} will offer it to its customers from the next quarter on.",
            "The licence allows any use by firms with fewer than {big} employees.",
            "Researchers at {school} found that {pct} of a public test was in what the model had been trained on.",
            "A smaller version runs on a telephone and needs {n} gigabytes of memory.",
            "In Chinese, {term} has become the word for all of it.",
        ),
    ),
    Topic(
        ("Funding", "IPOs", "Start-ups", "Acquisitions"),
        (
            "{C} Raises {money} for Its {product}",
            "{C} Buys a Maker of {product}s for {money}",
            "{D} Leads a Round of {money} for {C}",
            "{C} Files to List in {city}",
            "Start-ups in {city} Raise {pct} Less than a Year Ago",
            "{C} Sells Its Stake in {D}",
        ),
        (
            "The round values {C} at {money}, {pct} more than the last one did.",
            "{D} takes a seat on the board and the right to buy {n} per cent more.",
            "Of the money, {money} is to go into a plant in {city}.",
            "{C} lost {money} last year on sales of {money}.",
            "State funds hold {pct} of the shares, the prospectus says.",
            "Investors have become choosy: the number of rounds in the sector fell by {pct} within a year.",
            "{person}, {role} of {C}, said that the firm would be profitable “within {n} quarters”.",
        ),
    ),
    Topic(
        ("AI policy", "AI safety", "Licensing", "Standards"),
        (
            "Regulators Ask {C} for the Sources of Its Data",
            "{policy} Enters Its Next Stage",
            "{city} Writes Rules for Talking Machines",
            "{C} Signs a Pledge on Testing before Release",
            "{n} Firms Must Register Their Models by {quarter}",
            "A Standard for {product}s Is Put to the Vote",
        ),
        (
            "{policy} would oblige makers to keep records of training data for {n} years.",
            "Firms below {money} in yearly sales are exempt.",
            "{C} supports the aim and asks for {n} months more.",
            "Fines may reach {pct} of yearly sales.",
            "{person} of {school} called the draft clear on duties and silent on who checks them.",
            "An office in {city} with {n} staff is to enforce it.",
            "The public sent {big} comments, a record for a technical rule.",
        ),
    ),
    Topic(
        ("Healthcare", "Drug discovery", "Surgery", "Medical imaging"),
        (
            "A Hospital in {city} Lets a Model Read {big} Scans",
            "{C} Tests a Surgical Arm on {n} Patients",
            "{C} and {D} Look for Drugs Together",
            "Doctors in {city} Trust the Machine, and Check It",
            "{C} Wins Approval for a {product} in Hospitals",
        ),
        (
            "The system found {pct} of early tumours, and two radiologists together {pct}.",
            "Each reading costs {n} yuan, a tenth of what it did.",
            "{C} pays the hospital {money} for anonymised records.",
            "The regulator asks for a doctor’s signature under every finding.",
            "Of {big} candidates that the model proposed, {n} went on to be tested.",
            "{school} will follow the patients for {n} years.",
        ),
    ),
    Topic(
        ("Cars", "Autonomous driving", "Batteries", "Robotaxis"),
        (
            "{C} Runs {n} Robotaxis in {city} without a Driver",
            "{city} Opens {n} Roads to Driverless Lorries",
            "{C} Recalls {big} Cars over a Software Fault",
            "{C} Adds {D}’s Chips to Its Cars",
            "A Ride by Robotaxi in {city} Becomes Cheaper than the Bus",
        ),
        (
            "The cars have driven {big} thousand kilometres, with one intervention in every {big}.",
            "A remote operator watches {n} cars at a time.",
            "{C} gives the cost of the sensors as {money2} for each car, down by {pct}.",
            "Insurers in {city} have not agreed on who pays.",
            "{D} supplies the maps, and {C} the chips.",
            "Under the city’s licence, rides may be sold between six in the morning and midnight.",
        ),
    ),
    Topic(
        ("Data centres", "Cloud", "Energy", "Cooling"),
        (
            "{C} Builds a Data Centre of {n} Megawatts near {city}",
            "{city} Sends Its Computing West",
            "{C} Buys the Power of a Whole Wind Farm",
            "{C} Rents {big} Chips to {D}",
            "Cooling by Sea Water Saves {C} {pct} of Its Power",
        ),
        (
            "The site will draw {n} megawatts, as much as a town of {big} homes.",
            "{C} invests {money} over {n} years.",
            "Two thirds of the racks are let already, most of them to {D}.",
            "Water use is capped at {pct} of what the first plan had.",
            "The grid needs {n} kilometres of new lines, for which nobody has asked for bids yet.",
            "Prices for {term} fell by {pct} within half a year.",
        ),
    ),
    Topic(
        ("Drones", "Logistics", "Low-altitude economy", "Delivery"),
        (
            "{C} Delivers {big} Parcels a Day by Air in {city}",
            "{city} Gives Drones {n} New Corridors",
            "{C}’s Drones Watch {n} Kilometres of Dikes",
            "{D} Hands Its Warehouses to {C}’s Machines",
            "Night Flights of Drones Divide {city}",
        ),
        (
            "A delivery takes {n} minutes on average and costs {n} yuan.",
            "The corridors are {n} metres wide and closed when the wind is strong.",
            "{C} has {pct} of the market and {n} competitors.",
            "Residents may object until {quarter}; {n} have done so.",
            "{D} says that errors in its warehouses fell by {pct}.",
            "The machines navigate without satellites, by what {person} calls “a good memory for roofs”.",
        ),
    ),
    Topic(
        ("Labour", "Skills", "Unions", "Education"),
        (
            "{C} Retrains {big} Workers for Work beside Robots",
            "Unions in {city} Win a Say on Algorithms",
            "{school} Opens a Course with {n} Places",
            "{C} Cuts {n} Jobs in {city}, and Hires as Many",
            "Schools in {city} Teach with a Machine in the Room",
        ),
        (
            "The course takes {n} weeks, on full pay.",
            "Of those who finished the first round, {pct} have a new task and {pct} a better one.",
            "The agreement gives the works council {n} days to look at any new system.",
            "Wages for engineers who know {term} rose by {pct}.",
            "Parents were asked, and {pct} agreed.",
            "{person}, {role} at {C}, expects “fewer hands and more eyes” on the line.",
        ),
    ),
    Topic(
        ("Research", "Quantum", "Materials", "Science"),
        (
            "{school} and {C} Simulate {n} Proteins in a Day",
            "A Laboratory in {city} Runs by Itself for {n} Days",
            "{C} Publishes {n} Papers, and Its Failures",
            "Quantum Chip from {city} Keeps {n} Qubits in Step",
            "{C} Gives {money} for a Chair at {school}",
        ),
        (
            "The group tried {big} mixtures and found {n} that nobody had made before.",
            "Others have repeated the result on {n} of {n} samples.",
            "{C} lets anybody use the data for research.",
            "The paper has {n} authors, from {city} and from {school}.",
            "It is far from a product: the apparatus fills a room and costs {money}.",
            "“We were looking for something else,” said {person}.",
        ),
    ),
    Topic(
        ("Defence", "Security", "Cyber security", "Surveillance"),
        (
            "{C} Leaves a Defence Tender Worth {money}",
            "Researchers Break {C}’s Face Recognition in {n} Minutes",
            "{city} Switches {n} Cameras Off",
            "{C} Pays {money2} for Reports of Faults",
            "{n} States Call for Limits on Autonomous Weapons",
        ),
        (
            "The attack needs a printed sheet and works {pct} of the time.",
            "{C} closed the gap within {n} days and thanked {school}.",
            "Diplomats in {city} agreed on {n} of {n} paragraphs.",
            "The ministry keeps the contract’s terms to itself; tax papers name {money}.",
            "Of {big} alarms in a year, {pct} were false.",
            "{policy} forbids it in public squares, with {n} exceptions.",
        ),
    ),
    Topic(
        ("Finance", "Payments", "Insurance", "Fintech"),
        (
            "{C} Lets a Model Decide on Loans up to {money2}",
            "Banks in {city} Share a Model against Fraud",
            "{C} and {D} Insure What Robots Break",
            "{C}’s Advice by Machine Costs {pct} Less",
        ),
        (
            "An appeal goes to a person within {n} days.",
            "Fraud fell by {pct} in the first {n} months.",
            "Applicants from the countryside were refused {pct} more often; {C} has changed the weights since.",
            "The pool of insurers covers {money}.",
            "Supervisors in {city} will look at the model twice a year.",
        ),
    ),
    Topic(
        ("Consumer", "Games", "Smart homes", "Translation"),
        (
            "{C}’s {product} Sells {big} Times in a Week",
            "{C} Puts a Machine That Listens into {big} Homes",
            "Dubbing by {C} Brings {n} Series to {city}",
            "A Game by {C} Writes Its Own Stories",
            "{C} Stops a Toy That Talked Too Much",
        ),
        (
            "It costs {n} yuan and works without a network.",
            "Reviewers like the voice, and {pct} of buyers turn it off.",
            "{C} keeps no recordings, it says; {school} found some.",
            "Translators’ associations ask for a label, and for {pct} of the fee.",
            "Sales abroad make up {pct}, up from {pct}.",
        ),
    ),
    Topic(
        ("Agriculture", "Climate", "Weather", "Food"),
        (
            "{C} Picks Apples by Night near {city}",
            "A Forecast by {C} Sees Storms {n} Hours Earlier",
            "{city} Counts Its Trees with {C}",
            "{C} Rents Out {n} Tractors without a Seat",
        ),
        (
            "The harvest costs {pct} less, and bruises {pct} more.",
            "A forecast takes {n} seconds on one chip instead of an hour on {big}.",
            "Farmers pay {n} yuan for each field, {C} says.",
            "The weather service will use both side by side for {n} months.",
            "In dry years, {person} of {school} warns, the model knows too little.",
        ),
    ),
    Topic(
        ("Trade", "Supply chains", "Rare earths", "Tariffs"),
        (
            "{C} Moves {pct} of Its Assembly to {city}",
            "Tariffs Cost {C} {money} in a Year",
            "{C} and {D} Stock Up on Magnets",
            "{city} Courts Suppliers of {C}",
        ),
        (
            "Freight on the route rose by {pct} within {n} weeks.",
            "{C} has {n} suppliers of the part, and {n} a year ago.",
            "Magnets for motors come from {n} mines; the licence for each load takes {n} days.",
            "{D} passes {pct} of the cost on to its customers.",
            "Of the {big} parts in a humanoid, {C} buys {pct} at home.",
        ),
    ),
)

GENERAL = (
    "The announcement came a week after {D} had shown something similar in {city}.",
    "Shares of {C} rose by {low} on the day, those of {D} fell by {low}.",
    "{C} did not say how many customers it has.",
    "Officials in {city} see in it a step towards {term}.",
    "{person}, {role} at {D}, spoke of “a good year for everybody who can wait”.",
    "The project is worth {money} and runs until {quarter}.",
    "Critics note that the last such plan was {n} months late.",
    "{E} is said to be working on the same thing with {school}.",
    "Together the two employ {big} people, {pct} of them in research.",
    "A first look at the figures suggests a share of {pct} within {n} years.",
    "Competition is close: {D} and {E} have {pct} of the market between them.",
    "The plan names {n} pilot projects, among them one in {city}.",
    "Whether it pays depends on the price of electricity, which has moved by {pct} since spring.",
    "{C} asks its partners for patience and for {money2} each.",
    "In {city}, {big} people signed a petition for it, and {n} against it.",
    "The next report is due in {quarter}.",
)

TAKEAWAYS = (
    "{C} and {D} compete for the same customers, and {city} gains by it.",
    "Money follows {term}: {money} in this issue’s stories alone.",
    "Prices fall faster than costs; {pct} within a year is the new rule.",
    "{policy} changes more plans than it has paragraphs.",
    "Where China subsidises, others regulate, and both ask {C} for data.",
    "Factories adopt what offices discuss: {pct} of pilots stay.",
    "{city} and {city2} look for the same {n} engineers.",
    "Open weights travel; {D} builds on what {C} gave away.",
    "The bottleneck has moved from chips to power lines.",
    "Trust is what {C} has to earn next, and {n} months are short.",
)
NOTES = (
    "Raised its forecast for the year by {pct}",
    "Opens a laboratory in {city} with {n} researchers",
    "Loses {person}, its {role}, to {D}",
    "Talks with {D} about a joint venture worth {money}",
    "First deliveries of its {product} in {quarter}",
    "Cut prices by {pct} after {D} did",
    "Waits for a licence in {city}",
    "Bought back shares for {money}",
    "",
)
TITLES = (
    "China’s {a} and the World’s {b}",
    "{a} at Home, {b} Abroad",
    "Global AI & Robotics Report: {a} vs. {b}",
    "Between {a} and {b}",
    "The Week of {a}",
    "{a}, {b} and the Price of Both",
    "Who Pays for {a}?",
    "{a} Meets {b}",
    "What {a} Owes to {b}",
    "After {a}, {b}",
)
THEMES = (
    *("Cheap Chips", "Quiet Factories", "Open Models", "Long Harvests", "Narrow Corridors", "New Licences"),
    *("Borrowed Power", "Early Forecasts", "Slow Rules", "Fast Lines", "Patient Money", "Empty Seats"),
    *("Shared Data", "Second Thoughts", "Small Print", "Big Orders", "Better Hands", "Cold Rooms", "Old Nodes"),
    *("Careful Pilots", "Loud Launches", "Missing Magnets", "Steady Hands", "Local Heroes", "Distant Markets"),
    *("Public Tests", "Private Clouds", "Hidden Costs", "Common Standards", "Rising Tides", "Falling Prices"),
    *("Thin Margins", "Deep Stacks", "Clear Skies", "Crowded Roads", "Learning Machines", "Watchful Neighbours"),
)

# Invented as well: a place, what about, and what kind of rule.
JURISDICTIONS = (
    *("China", "China", "China", "China", "EU", "EU", "EU", "US", "US", "US", "UK", "UN", "Japan", "South Korea"),
    *("India", "Singapore", "Canada", "Brazil", "G7", "African Union"),
)
SUBJECTS = (
    *("Generative Models", "Humanoid Robots", "Driverless Vehicles", "Biometric Records", "Training Data"),
    *("Automated Hiring", "Medical Algorithms", "Synthetic Media", "Chip Exports", "Low-Altitude Flight"),
    *("Data Centres", "Autonomous Weapons", "Credit Scoring", "Classroom Machines", "Robot Liability"),
    *("Open Weights", "Smart Meters", "Emotion Recognition", "Cross-Border Data", "Industrial Robots"),
)
INSTRUMENTS = ("Act", "Measures", "Code of Practice", "Regulation", "Action Plan", "Guidelines", "Standard")
BETWEEN_STATES = ("Treaty", "Convention", "Declaration", "Principles")  # of a place that is no state
STEPS = {
    "proposed": ("Proposal published", "Put to consultation", "First reading"),
    "draft": ("Draft sent to the committees", "Second draft published", "Draft for comment"),
    "adopted": ("Adopted after a night of votes", "Adopted without a vote against", "Signed"),
    "delayed": ("Start put off by a year", "Application delayed for small firms"),
    "partly_in_force": ("First chapters apply", "Applies to large providers"),
    "in_force": ("Applies to everybody", "Full enforcement begins"),
    "repealed": ("Replaced by a newer rule", "Repealed"),
}
CORRECTIONS = (
    "An earlier edition of this issue gave a wrong figure in “{headline}”.",
    "In “{headline}”, a place was named that had nothing to do with it.",
    "A quotation in “{headline}” was given to the wrong person.",
)
WITHDRAWN = "This synthetic issue was withdrawn, so that a withdrawal can be seen."
